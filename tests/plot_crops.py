"""`python -m tests.plot_crops`: parts of photos at 200 %, beside AVIF at no more than the same bytes.

Of the sample, one part that flatters (wood, of which AVIF leaves little) and one that does not (a bright edge, metal,
smooth glaze). With `--part FILE LEFT TOP`, any number of times, parts of other pictures: docs/failures.png is made so
of scikit-image's astronaut.png and chelsea.png.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from hific_core.codec import Codec
from hific_core.compare import encode_at
from hific_core.device import choose_runtime
from hific_core.models import zoo
from hific_core.pixels.picture import Picture, read_picture

SAMPLE = "resources/samples/coffee.png"
PARTS = [(SAMPLE, "400", "60"), (SAMPLE, "300", "200")]
"""Files, and left and top of each part: wood, and a spoon."""
SIZE = (180, 130)
CAPTION = 18


def main() -> None:
    """Rows are the parts; columns are the original, the .hfc file at both ends of realism, and AVIF."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", action="append", nargs=3, metavar=("FILE", "LEFT", "TOP"))
    parser.add_argument("--regime", default="low")
    parser.add_argument("--output", type=Path, default=Path("docs/crops.png"))
    options = parser.parse_args()
    codec = Codec(zoo.load(zoo.default(), choose_runtime("cpu", "float32")))
    rows, sizes = [], {}
    for name, left, top in options.part or PARTS:
        # a profile may be larger than the picture, and the rival's file has none
        picture = Picture(read_picture(Path(name)).pixels)
        data = codec.encode(picture, codec.model.card.regimes[options.regime]).file
        rival = encode_at("avif", picture.pixels, len(data.pack()))
        versions = (
            picture.pixels,
            codec.decode(data).picture.pixels,
            codec.decode(data, realism=1.0).picture.pixels,
            rival.pixels,
        )
        sizes[name] = f"{len(data.pack()):,}", f"{rival.size:,}"
        part = slice(int(top), int(top) + SIZE[1]), slice(int(left), int(left) + SIZE[0])
        rows.append(np.concatenate([pixels[part] for pixels in versions], axis=1))
    ours, theirs = (" and ".join(each) for each in zip(*sizes.values(), strict=True))
    columns = ("original", f"{codec.model.card.name}, {ours} bytes", "the same, realism 1", f"AVIF, {theirs} bytes")
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
