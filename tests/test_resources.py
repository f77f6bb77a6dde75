import numpy as np
from safetensors import safe_open

from hific_core import resources
from hific_core.models.card import read_card

MOST_BYTES = 24_000_000


def test_folders_of_the_checkout_are_found() -> None:
    assert (resources.folder("models") / "NOTICE").is_file()
    assert not resources.folder("no-such-folder").exists()


def test_one_small_model_ships() -> None:
    """Networks in half precision, but for gains and densities, which are small and would not bear it."""
    (path,) = resources.folder("models").glob("*.safetensors")
    assert path.stat().st_size <= MOST_BYTES
    card = read_card(path)
    assert (card.name, set(card.regimes)) == (path.stem, {"low", "med", "high"})
    with safe_open(path, framework="numpy") as file:
        names = [name for name in file.keys() if name.startswith("network.")]  # noqa: SIM118
        sizes = {np.dtype(np.float16): 0, np.dtype(np.float32): 0}
        for name in names:
            array = file.get_tensor(name)
            sizes[array.dtype] += array.size
    assert sizes[np.dtype(np.float32)] < sizes[np.dtype(np.float16)] / 100
    made_with = card.training
    assert {"seed", "steps", "learning_rate", "pictures_sha256", "data", "commit"} <= set(made_with)
