"""Makes one picture of each kind that is kept on a desktop, and has them read one by one:
`kinds_of_pictures.py SCREENS DESKSCRIBE`.

SCREENS has the screens of which they are put together; DESKSCRIBE is the path of the program, with its worker beside it.
Prints for each the seconds from the start of the program to its end, with one worker, and the most memory that a
process held (maximum resident set). Needs Pillow and NumPy.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy
from PIL import Image


def tiled(screens: list[Image.Image], width: int, height: int) -> Image.Image:
    """Screens side by side and one below the other, cut off where the picture ends."""
    page, x, y, row, at = Image.new("RGB", (width, height), "white"), 0, 0, 0, 0
    while y < height:
        screen = screens[at % len(screens)]
        page.paste(screen, (x, y))
        x, row, at = x + screen.width, max(row, screen.height), at + 1
        if x >= width:
            x, y, row = 0, y + row, 0
    return page


def photo(screens: list[Image.Image]) -> Image.Image:
    """Twelve megapixels of a noisy wall, with a paper on it."""
    wall = numpy.random.default_rng(1).normal(140, 12, (3000, 4000, 3)).clip(0, 255).astype(numpy.uint8)
    picture = Image.fromarray(wall)
    paper = screens[0].resize((2000, 2000 * screens[0].height // screens[0].width), Image.LANCZOS)
    picture.paste(paper, (900, 700))
    return picture


def make(screens: list[Image.Image], folder: Path) -> dict[str, Path]:
    kinds: dict[str, tuple[str, Callable[[Path], None]]] = {
        "screen, 1920 × 1080": ("screen.png", lambda path: tiled(screens, 1920, 1080).save(path)),
        "screen, 3840 × 2160": ("screen-4k.png", lambda path: tiled(screens, 3840, 2160).save(path)),
        "screen, 7680 × 4320": ("screen-8k.png", lambda path: tiled(screens, 7680, 4320).save(path)),
        "a page scrolled, 1080 × 16000": ("strip.png", lambda path: tiled(screens, 1080, 16_000).save(path)),
        "photo with a paper, 12 MP": ("photo.jpg", lambda path: photo(screens).save(path, quality=90)),
        "photo without text, 12 MP": (
            "wall.jpg",
            lambda path: photo(screens).crop((0, 0, 4000, 650)).resize((4000, 3000)).save(path, quality=90),
        ),
        "scan on its side, 8 MP": (
            "scan.jpg",
            lambda path: tiled(screens, 2480, 3508).rotate(90, expand=True).save(path, quality=85),
        ),
        "TIFF of 20 pages, 2 MP each": (
            "pages.tiff",
            lambda path: tiled(screens, 1240, 1754).save(
                path, save_all=True, append_images=[tiled(screens[n % len(screens) :], 1240, 1754) for n in range(1, 20)]
            ),
        ),
        "GIF of 20 frames, 1280 × 800": (
            "frames.gif",
            lambda path: tiled(screens, 1280, 800).save(
                path,
                save_all=True,
                duration=500,
                append_images=[tiled(screens[n % len(screens) :], 1280, 800) for n in range(1, 20)],
            ),
        ),
    }
    made = {}
    for kind, (name, save) in kinds.items():
        alone = folder / Path(name).stem
        alone.mkdir()
        save(alone / name)
        made[kind] = alone
    return made


def read(program: str, folder: Path) -> tuple[float, int, int]:
    """Seconds, bytes and lines."""
    with tempfile.TemporaryDirectory() as home:
        begun = time.monotonic()
        told = subprocess.run(
            [program, "scan", "--json", "--workers", "1", folder],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "DESKSCRIBE_HOME": home},
        )
        seconds = time.monotonic() - begun
    row = json.loads(told.stdout.splitlines()[0])
    if row["state"] != "read":
        sys.exit(f"{row['path']}: {row['reason']}")
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, len(row["lines"])


def main(screens: Path, program: str) -> None:
    pictures = [Image.open(path).convert("RGB") for path in sorted(screens.glob("*.png"))]
    with tempfile.TemporaryDirectory() as folder:
        for kind, alone in make(pictures, Path(folder)).items():
            # Each in a process of its own, whose children's memory is that of this picture.
            there, here = os.pipe()
            if os.fork() == 0:
                os.write(here, json.dumps(read(program, alone)).encode())
                os._exit(0)
            os.close(here)
            told = os.read(there, 1000)
            os.wait()
            if not told:
                sys.exit(f"{kind} could not be read")
            seconds, held, lines = json.loads(told)
            print(f"| {kind} | {lines} | {seconds:.1f} s | {held / 1e6:.0f} MB |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2])
