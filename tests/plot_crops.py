"""`python -m tests.plot_crops`: parts of the sample photo at 200 %, beside AVIF at no more than the same bytes.

One part that flatters (wood, of which AVIF leaves little) and one that does not (a bright edge, metal, smooth glaze).
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from hific_core.codec import Codec
from hific_core.compare import encode_at
from hific_core.device import choose_runtime
from hific_core.models import zoo
from hific_core.pixels.picture import read_picture

CROPS = {"wood": (400, 60), "spoon": (300, 200)}
"""Left and top of each part."""
SIZE = (180, 130)
CAPTION = 18


def main() -> None:
    """Rows are the parts; columns are the original, the .hfc file at both ends of realism, and AVIF."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, default=Path("resources/samples/coffee.png"))
    parser.add_argument("--regime", default="low")
    parser.add_argument("--output", type=Path, default=Path("docs/crops.png"))
    options = parser.parse_args()
    codec = Codec(zoo.load(zoo.default(), choose_runtime("cpu", "float32")))
    picture = read_picture(options.picture)
    data = codec.encode(picture, codec.model.card.regimes[options.regime]).file
    size = len(data.pack())
    rival = encode_at("avif", picture.pixels, size)
    columns = {
        "original": picture.pixels,
        f"{codec.model.card.name}, {size:,} bytes": codec.decode(data).picture.pixels,
        "the same, realism 1": codec.decode(data, realism=1.0).picture.pixels,
        f"AVIF, {rival.size:,} bytes": rival.pixels,
    }
    rows = []
    for left, top in CROPS.values():
        part = slice(top, top + SIZE[1]), slice(left, left + SIZE[0])
        rows.append(np.concatenate([pixels[part] for pixels in columns.values()], axis=1))
    body = Image.fromarray(np.concatenate(rows))
    body = body.resize((2 * body.width, 2 * body.height), Image.Resampling.NEAREST)
    sheet = Image.new("RGB", (body.width, body.height + CAPTION), "white")
    sheet.paste(body, (0, CAPTION))
    draw = ImageDraw.Draw(sheet)
    for number, caption in enumerate(columns):
        draw.text((2 * SIZE[0] * number + 6, 3), caption, "black")
    sheet.save(options.output, optimize=True)


if __name__ == "__main__":
    main()
