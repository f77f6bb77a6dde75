"""Made the golden files of mixtures once; kept to show how. They are frozen: new ones get new names.

Run from the top of the checkout: `python -m tests.make_golden_mixture`.
"""

import json
from dataclasses import replace

from hific_core.codec import Codec
from hific_core.container.hfc_file import write
from hific_core.device import choose_runtime
from hific_core.models.hific import HificConfig
from hific_core.models.weights import read_model, write_model
from hific_core.prepare import prepare
from tests.conftest import GOLDEN_MIXTURE, smooth_picture, tiny_card, tiny_hific_network
from tests.make_golden import escapes, symbols_digest

CONFIG = HificConfig(6, 1, 4, "logistic", channels=(4, 6, 8, 10, 12), mixture=4)
QUALITY = 500


def main() -> None:
    """Writes the tiny model, the files and the digests of their symbols."""
    GOLDEN_MIXTURE.mkdir(parents=True, exist_ok=True)
    model = GOLDEN_MIXTURE / "tiny-mixture.safetensors"
    if model.exists():
        raise SystemExit("the golden files exist and are frozen; give new ones new names")
    card = replace(tiny_card("tiny-mixture"), regimes={"med": QUALITY})
    write_model(model, prepare(tiny_hific_network(CONFIG), card, levels=16, largest_scale=16.0))
    codec = Codec(read_model(model, choose_runtime("cpu", "float32")))
    digests = {}
    for name, size in {"pixel": (1, 1), "plain": (70, 90), "partitions": (40, 700)}.items():
        encoded = codec.encode(smooth_picture(*size), QUALITY)
        write(GOLDEN_MIXTURE / f"{name}.hfc", encoded.file)
        digests[name] = symbols_digest(encoded.symbols)
    file, symbols = escapes(codec, QUALITY)
    write(GOLDEN_MIXTURE / "escapes.hfc", file)
    digests["escapes"] = symbols_digest(symbols)
    (GOLDEN_MIXTURE / "symbols.json").write_text(json.dumps(digests, indent=1) + "\n")


if __name__ == "__main__":
    main()
