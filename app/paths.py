"""Where the window keeps what it remembers."""

from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path, user_log_path

NAME = "hific-studio"


def preferences_file() -> Path:
    """What the person chose."""
    return user_config_path(NAME) / "preferences.json"


def log_folder() -> Path:
    """What went wrong."""
    return user_log_path(NAME)


def scratch_folder() -> Path:
    """Where pictures lie that are too large for memory, while they are shown."""
    return user_cache_path(NAME)


def runs_folder() -> Path:
    """Where training runs lie, those of the command line too."""
    return user_data_path(NAME) / "runs"


def typed(text: str) -> Path:
    """A path as a person writes it: ~ is the home folder."""
    path = Path(text.strip())
    try:
        return path.expanduser()
    except RuntimeError:  # of nobody
        return path


def sample() -> Path:
    """The picture that ships with the program."""
    return resource("samples") / "coffee.png"


def resource(name: str) -> Path:
    """A folder that ships with the program, in a checkout or installed."""
    checkout = Path(__file__).parents[1] / "resources" / name
    if checkout.is_dir():
        return checkout
    import hific_resources  # type: ignore[import-not-found]

    return Path(next(iter(hific_resources.__path__))) / name
