from hific_core import resources


def test_folders_of_the_checkout_are_found() -> None:
    assert (resources.folder("models") / "NOTICE").is_file()
    assert not resources.folder("no-such-folder").exists()
