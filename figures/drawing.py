"""What the screens of `drawn_screens.py` are drawn with: a picture that keeps what it says, in the order in which it is
drawn."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path("/usr/share/fonts/truetype/dejavu")
LIGHT, DARK = ("#ffffff", "#1c1f24", "#d4d9e0", "#eef1f5"), ("#1e2128", "#e6e8ec", "#3a404b", "#272b34")
SCREENS: list[Callable[[], "Screen"]] = []


class Screen:
    """A picture that is drawn in reading order."""

    def __init__(self, width: int = 1280, height: int = 800, look: tuple[str, str, str, str] = LIGHT):
        self.ground, self.ink, self.edge, self.tint = look
        self.picture = Image.new("RGB", (width, height), self.ground)
        self.draw = ImageDraw.Draw(self.picture)
        self.truth: list[str] = []

    def put(self, x: float, y: float, text: str, size: int = 15, bold: bool = False, mono: bool = False,
            ink: str | None = None, centred: bool = False) -> None:
        """Draws a text without saying it."""
        name = f"DejaVuSans{'Mono' if mono else ''}{'-Bold' if bold else ''}.ttf"
        font = ImageFont.truetype(str(FONTS / name), size)
        x -= font.getlength(text) / 2 if centred else 0
        self.draw.text((x, y), text, font=font, fill=ink or self.ink)

    def say(self, x: float, y: float, text: str, size: int = 15, **how) -> None:
        self.put(x, y, text, size, **how)
        self.truth.append(text)

    def across(self, y: float, cells: list[tuple[float, str]], size: int = 15, **how) -> None:
        """Cells of a row."""
        for x, text in cells:
            if text:
                self.put(x, y, text, size, **how)
        self.truth.append("\t".join(text for _, text in cells if text))

    def lines(self, x: float, y: float, pace: float, texts: list[str], size: int = 15, **how) -> float:
        """Lines below each other; where the next one would begin."""
        for text in texts:
            self.say(x, y, text, size, **how)
            y += pace
        return y

    def box(self, x: float, y: float, width: float, height: float, fill: str | None = None) -> None:
        self.draw.rounded_rectangle((x, y, x + width, y + height), 6, outline=self.edge, fill=fill)

    def rule(self, x: float, y: float, to_x: float, to_y: float) -> None:
        self.draw.line((x, y, to_x, to_y), fill=self.edge)


def screen(make: Callable[[], Screen]) -> Callable[[], Screen]:
    SCREENS.append(make)
    return make


def program(page: Screen, x: int, y: int, pace: int, lines: list[str], first: int = 1, size: int = 14) -> None:
    """Lines with their numbers."""
    for at, line in enumerate(lines):
        step = len(line) - len(line.lstrip())
        page.put(x, y + at * pace, f"{first + at:>2}", size, mono=True)
        page.put(x + 44 + step * 8.43 * size / 14, y + at * pace, line.strip(), size, mono=True)
        page.truth.append(f"{first + at}\t{line.strip()}" if line else str(first + at))
