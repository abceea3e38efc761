"""Makes hard pictures out of easy ones: `hard_pictures.py SCREENS OUT`.

SCREENS has pictures with their text beside them (`x.png`, `x.txt`). Five of them come out in twelve ways each: as they
are, turned by quarters, askew, in perspective, blurred, noisy, pale, small, and as a poor JPEG. What is drawn at random
is the same each time. Needs Pillow and NumPy.
"""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy
from PIL import Image, ImageFilter

SCREENS = ["email_compose", "invoice_simple", "receipt_photo", "terminal_npm", "web_article"]
TABLE = (96, 88, 80)
WALL = (90, 90, 90)


def ground(picture: Image.Image) -> tuple[int, int, int]:
    """The mean colour: what stands around a page that was scanned askew."""
    return picture.resize((1, 1)).getpixel((0, 0))


def photographed(picture: Image.Image) -> Image.Image:
    """Lying on a table, seen from a corner."""
    width, height = picture.size
    aside, down = 0.08 * width, 0.06 * height
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    seen = [
        (aside, down * 1.2),
        (width - aside * 0.3, down * 0.2),
        (width - aside * 1.1, height - down * 0.5),
        (aside * 0.2, height - down * 1.3),
    ]
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, corners):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    plane = numpy.linalg.solve(numpy.array(rows), numpy.array(values))
    return picture.transform(picture.size, Image.PERSPECTIVE, tuple(plane), Image.BICUBIC, fillcolor=TABLE)


def noisy(picture: Image.Image) -> Image.Image:
    """With a deviation of 25 of 255, as in poor light."""
    levels = numpy.asarray(picture).astype(numpy.float32)
    levels = levels + numpy.random.default_rng(1).normal(0, 25, levels.shape)
    return Image.fromarray(numpy.clip(levels, 0, 255).astype(numpy.uint8))


def pale(picture: Image.Image) -> Image.Image:
    """With 12 % of its contrast, around a medium grey."""
    levels = numpy.asarray(picture).astype(numpy.float32)
    return Image.fromarray(numpy.clip(150 + (levels - levels.mean()) * 0.12, 0, 255).astype(numpy.uint8))


def small(picture: Image.Image) -> Image.Image:
    """60 % of its width and height."""
    return picture.resize((picture.width * 6 // 10, picture.height * 6 // 10), Image.LANCZOS)


def askew(degrees: float, around: tuple[int, int, int]) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.rotate(degrees, Image.BICUBIC, expand=True, fillcolor=around)


WAYS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "plain": lambda picture: picture,
    "r90": lambda picture: picture.rotate(90, expand=True),
    "r180": lambda picture: picture.rotate(180),
    "r270": lambda picture: picture.rotate(270, expand=True),
    "tilt4": lambda picture: askew(4, ground(picture))(picture),
    "tilt-11": askew(-11, WALL),
    "persp": photographed,
    "blur": lambda picture: picture.filter(ImageFilter.GaussianBlur(1.4)),
    "noise": noisy,
    "lowc": pale,
    "half": small,
}


def main(screens: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for screen in SCREENS:
        original = next(path for path in sorted(screens.glob(f"{screen}.*")) if path.suffix != ".txt")
        picture = Image.open(original).convert("RGB")
        for way, change in WAYS.items():
            change(picture).save(out / f"{screen}__{way}.png")
        picture.save(out / f"{screen}__jpg.jpg", quality=12)
        for way in [*WAYS, "jpg"]:
            shutil.copy(original.with_suffix(".txt"), out / f"{screen}__{way}.txt")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
