"""Where the files lie that ship with the program, in a checkout or installed."""

from importlib.util import find_spec
from pathlib import Path


def folder(name: str) -> Path:
    """The folder of that name under `resources/`; it need not exist."""
    checkout = Path(__file__).parents[1] / "resources" / name
    if checkout.is_dir():
        return checkout
    spec = find_spec("hific_resources")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) / name if places else checkout
