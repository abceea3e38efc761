"""Makes pictures in which nothing is written, though much in them may be taken for writing: `odd_pictures.py OUT`.

Beside each lies an empty text, as the scorer of the corpus wants it. What is drawn at random is the same each time. Needs
Pillow and NumPy.
"""

import math
import sys
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 800
ROWS, COLUMNS = numpy.mgrid[0:HEIGHT, 0:WIDTH]


def painted(levels: numpy.ndarray) -> Image.Image:
    return Image.fromarray(numpy.clip(levels, 0, 255).astype(numpy.uint8)).convert("RGB")


def clouds(random: numpy.random.Generator, smooth: float) -> numpy.ndarray:
    """From 0 to 1."""
    waves = numpy.fft.fftfreq(HEIGHT)[:, None] ** 2 + numpy.fft.fftfreq(WIDTH)[None, :] ** 2
    waves[0, 0] = 1
    levels = numpy.fft.ifft2(numpy.fft.fft2(random.normal(size=(HEIGHT, WIDTH))) / waves ** (smooth / 2)).real
    return (levels - levels.min()) / (levels.max() - levels.min())


def leaves(random: numpy.random.Generator, count: int) -> Image.Image:
    picture = Image.new("RGB", (WIDTH, HEIGHT), (40, 60, 30))
    draw = ImageDraw.Draw(picture)
    for _ in range(count):
        x, y, turn = random.uniform(0, WIDTH), random.uniform(0, HEIGHT), random.uniform(0, math.pi)
        length, width = random.uniform(20, 90), random.uniform(6, 24)
        along, across = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
        edge = [(part, width * math.sin(math.pi * part) * side) for side, parts in ((1, range(9)), (-1, range(8, -1, -1))) for part in (at / 8 for at in parts)]
        draw.polygon(
            [(x + along[0] * length * far + across[0] * off, y + along[1] * length * far + across[1] * off) for far, off in edge],
            fill=tuple(int(level) for level in (random.uniform(30, 120), random.uniform(80, 190), random.uniform(20, 70))),
        )
    return picture


def bricks(random: numpy.random.Generator) -> Image.Image:
    picture = Image.new("RGB", (WIDTH, HEIGHT), (190, 180, 170))
    draw = ImageDraw.Draw(picture)
    for row in range(0, HEIGHT, 40):
        for x in range(-80 if row // 40 % 2 else -40, WIDTH, 80):
            colour = tuple(int(level) for level in random.normal((150, 70, 50), 14))
            draw.rectangle((x + 3, row + 3, x + 77, row + 37), fill=colour)
    return painted(numpy.asarray(picture) + random.normal(0, 9, (HEIGHT, WIDTH, 1))).filter(ImageFilter.GaussianBlur(0.6))


def codes(random: numpy.random.Generator) -> dict[str, Image.Image]:
    """Black and white bars, and a square of squares."""
    bars, squares = (Image.new("RGB", (WIDTH, HEIGHT), "white") for _ in range(2))
    draw, x = ImageDraw.Draw(bars), 200
    while x < 1000:
        wide = int(random.integers(2, 9))
        draw.rectangle((x, 200, x + wide, 560), fill="black")
        x += wide + int(random.integers(2, 9))
    draw, cells = ImageDraw.Draw(squares), random.integers(0, 2, (33, 33))
    for row, column in zip(*numpy.nonzero(cells)):
        draw.rectangle((300 + column * 18, 100 + row * 18, 317 + column * 18, 117 + row * 18), fill="black")
    return {"bars": bars, "squares": squares, "squares-small": squares.resize((400, 250))}


def faces() -> Image.Image:
    """Rows of yellow faces."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    for at in range(40):
        x, y = 80 + at % 10 * 115, 80 + at // 10 * 170
        draw.ellipse((x, y, x + 70, y + 70), fill="#ffcd3c")
        for eye in (18, 42):
            draw.ellipse((x + eye, y + 20, x + eye + 10, y + 32), fill="#402000")
        draw.arc((x + 16, y + 24, x + 54, y + 56), 20, 160, fill="#402000", width=4)
    return picture


def icons() -> Image.Image:
    """Lenses, bars, rings and boxes, as on buttons."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#f5f6f8")
    draw = ImageDraw.Draw(picture)
    for at in range(40):
        x, y = 90 + at % 8 * 145, 70 + at // 8 * 145
        match at % 4:
            case 0:
                draw.ellipse((x, y, x + 64, y + 64), outline="#355", width=6)
                draw.line((x + 54, y + 54, x + 74, y + 74), fill="#355", width=8)
            case 1:
                for line in range(3):
                    draw.line((x, y + 12 + line * 20, x + 64, y + 12 + line * 20), fill="#533", width=6)
            case 2:
                draw.arc((x, y, x + 64, y + 64), 30, 300, fill="#353", width=8)
            case _:
                draw.rectangle((x, y, x + 64, y + 44), outline="#335", width=5)
                draw.line((x + 20, y + 60, x + 44, y + 60), fill="#335", width=5)
    return picture


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    random = numpy.random.default_rng(5)
    pictures = {
        "white": Image.new("RGB", (WIDTH, HEIGHT), "white"),
        "black": Image.new("RGB", (WIDTH, HEIGHT), "black"),
        "gradient": painted(COLUMNS / WIDTH * 255),
        "noise": painted(random.integers(0, 255, (HEIGHT, WIDTH, 3))),
        "noise-soft": painted(random.normal(128, 30, (HEIGHT, WIDTH, 3))),
        **{f"clouds-{smooth}": painted(clouds(random, smooth) * 255) for smooth in (1.0, 1.6, 2.2)},
        "leaves": leaves(random, 600),
        "leaves-many": leaves(random, 4000).filter(ImageFilter.GaussianBlur(0.7)),
        "bricks": bricks(random),
        "cloth": painted(128 + 50 * numpy.sin(COLUMNS / 3.1) * numpy.sin(ROWS / 2.7) + random.normal(0, 8, (HEIGHT, WIDTH))),
        "knit": painted(128 + 60 * numpy.sin(COLUMNS / 9 + numpy.sin(ROWS / 7) * 2) * numpy.cos(ROWS / 11)),
        "wood": painted(120 + 40 * numpy.sin(ROWS / 6 + 60 * clouds(random, 2.0)) + random.normal(0, 5, (HEIGHT, WIDTH))),
        **{f"chequers-{side}": painted((COLUMNS // side + ROWS // side) % 2 * 255) for side in (8, 32, 80)},
        **codes(random),
        "faces": faces(),
        "icons": icons(),
    }
    for name, picture in pictures.items():
        picture.save(out / f"{name}.png")
        (out / f"{name}.txt").write_text("")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
