"""A small sign while torch is loaded on Windows, where that must come before Qt: so it is Tk's."""

import contextlib
from collections.abc import Iterator

_TEXT = "HiFiC Studio"


@contextlib.contextmanager
def splash() -> Iterator[None]:
    """Shown while the block runs; where there is no Tk, or no screen for it, there is no sign."""
    root = None
    with contextlib.suppress(Exception):  # Tk raises what it likes, and the start must not fail by it
        import tkinter

        root = tkinter.Tk()
        root.overrideredirect(True)
        width, height = 320, 120
        left, top = (root.winfo_screenwidth() - width) // 2, (root.winfo_screenheight() - height) // 2
        root.geometry(f"{width}x{height}+{left}+{top}")
        tkinter.Label(root, text=_TEXT, font=("Segoe UI", 20), bg="#28476e", fg="white").pack(fill="both", expand=True)
        root.update()
    try:
        yield
    finally:
        if root is not None:
            with contextlib.suppress(Exception):
                root.destroy()
