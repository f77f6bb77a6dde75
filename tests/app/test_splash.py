import sys

import pytest

from app.splash import splash


def test_a_start_does_not_fail_for_want_of_a_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    with splash():
        pass
    monkeypatch.setitem(sys.modules, "tkinter", None)
    done = False
    with splash():
        done = True
    assert done


def test_what_fails_within_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tkinter", None)
    with pytest.raises(ImportError), splash():
        raise ImportError("torch")
