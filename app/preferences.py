"""What the person chose, kept between starts; a broken file is set aside and never fatal."""

import base64
import contextlib
import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from app.paths import preferences_file

RECENT = 10
_LARGEST = 10**6
"""Of any number here; Qt's fields end at 2^31."""


@dataclass(slots=True)
class Preferences:
    """Plain values; `save` after each change: the window may be ended without a word."""

    model: str = ""
    """Empty for the program's default."""
    regime: str = "med"
    """low, med, high, custom or target."""
    quality: int = 500
    """Of custom."""
    target_kb: int = 100
    """Of target, in 1000 bytes."""
    effort: int = 0
    """How long encoding may take for smaller files: 0 (off), 3 or 10."""
    effort_for_eye: bool = False
    """Whether it takes so long, 1, 3 or 10, for pictures more alike to the eye instead."""
    device: str = "auto"
    output_folder: str = ""
    """Empty for beside the originals."""
    suffix: str = ""
    keep_structure: bool = True
    """Whether folders within a dropped folder are made again in the output folder."""
    on_collision: str = "unique"
    """unique, skip or overwrite, where an output's name is taken."""
    measure: bool = False
    """Whether the queue measures what it wrote."""
    language: str = ""
    """Empty for the system's."""
    strip_metadata: bool = False
    theme: str = "system"
    """system, light or dark."""
    screen_profile: str = ""
    """Path of an ICC profile; empty for what the system says of the screen."""
    recent: list[str] = field(default_factory=list)
    realism_told: bool = False
    """Whether it was said once that realism invents texture."""
    geometry: str = ""
    state: str = ""

    def remember(self, path: Path) -> None:
        """Puts a file at the top of the recent ones."""
        text = str(path.absolute())
        self.recent = [text, *(other for other in self.recent if other != text)][:RECENT]
        self.save()

    def forget(self) -> None:
        """Empties the list of recent files."""
        self.recent.clear()
        self.save()

    def save(self, path: Path | None = None) -> None:
        """Written whole; what cannot be written is no reason to stop."""
        path = path or preferences_file()
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(".tmp")
            temporary.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
            os.replace(temporary, path)  # noqa: PTH105


def load(path: Path | None = None) -> Preferences:
    """What was kept, or the defaults; a file that does not fit is renamed to end in .broken."""
    path = path or preferences_file()
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        defaults = Preferences()
        known = {each.name: type(getattr(defaults, each.name)) for each in fields(Preferences)}
        for name, kind in known.items():
            if name in values and type(values[name]) is not kind:
                raise ValueError(name)
            if kind is int and not 0 <= values.get(name, 0) <= _LARGEST:
                raise ValueError(name)
        if not all(type(each) is str for each in values.get("recent", ())):
            raise ValueError("recent")
        return Preferences(**{name: value for name, value in values.items() if name in known})
    except FileNotFoundError:
        return Preferences()
    except (OSError, ValueError, TypeError, AttributeError):
        with contextlib.suppress(OSError):
            os.replace(path, path.with_suffix(".broken"))  # noqa: PTH105
        return Preferences()


def packed(data: bytes) -> str:
    """Qt's state as text."""
    return base64.b64encode(data).decode()


def unpacked(text: str) -> bytes:
    """The state again; empty for what is none."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
