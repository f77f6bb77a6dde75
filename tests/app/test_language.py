from app import language


def test_english_is_always_there() -> None:
    assert language.available()[0][0] == "en"
