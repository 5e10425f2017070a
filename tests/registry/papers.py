"""Reads a drawn PDF as far as a test has to look at it: sizes, texts with their places, and the dots of a code."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

MM = 72 / 25.4


@dataclass(frozen=True)
class Text:
    """A run of text: where its baseline begins, from the page's upper left corner in millimetres, and its size in points."""

    text: str
    x: float
    y: float
    size: float
    width: float


@dataclass
class Sheet:
    """One page. `dots` are the corners of black rectangles: left, top, right, bottom, in millimetres."""

    width: float
    height: float
    texts: list[Text] = field(default_factory=list)
    dots: list[tuple[float, float, float, float]] = field(default_factory=list)

    def found(self, text: str) -> Text:
        """The one run that reads so."""
        (one,) = [run for run in self.texts if run.text == text]
        return one

    @property
    def all_text(self) -> str:
        return "".join(run.text for run in self.texts)


def sheets(content: bytes) -> list[Sheet]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [_sheet(page) for page in pdf.pages]


def matrix(sheet: Sheet, rows: int) -> list[str]:
    """The code as rows of 0 and 1, read off where its rectangles lie."""
    left, top = min(dot[0] for dot in sheet.dots), min(dot[1] for dot in sheet.dots)
    side = (max(dot[2] for dot in sheet.dots) - left) / rows
    dark = [[False] * rows for _ in range(rows)]
    for x1, y1, x2, y2 in sheet.dots:
        for row in range(round((y1 - top) / side), round((y2 - top) / side)):
            for column in range(round((x1 - left) / side), round((x2 - left) / side)):
                dark[row][column] = True
    return ["".join("1" if one else "0" for one in row) for row in dark]


def _sheet(page: pikepdf.Page) -> Sheet:
    width, height = (float(size) for size in list(page.mediabox)[2:])
    sheet = Sheet(width / MM, height / MM)
    fonts = {name: _Font(found) for name, found in page.resources.Font.items()}
    place, kept = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0), []
    font, size, black, path = "", 0.0, False, list[tuple[float, float]]()
    instructions: Any = pikepdf.parse_content_stream(page)
    for operands, operator in instructions:
        match str(operator):
            case "q":
                kept.append((place, font, size, black))
            case "Q":
                place, font, size, black = kept.pop()
            case "cm":
                place = _times(tuple(map(float, operands)), place)
            case "Tf":
                font, size = str(operands[0]), float(operands[1])
            case "TJ":
                sheet.texts.append(fonts[font].run(operands[0], size, place, height))
            case "g" | "sc" | "scn" | "rg":
                black = all(not isinstance(one, pikepdf.Name) and float(one) == 0 for one in operands)
            case "m":
                path.append((float(operands[0]), float(operands[1])))
            case "l":
                path.append((float(operands[0]), float(operands[1])))
            case "f" | "f*":
                sheet.dots += _rectangles(path, place, height) if black else []
                path = []
            case "S" | "n" | "B" | "s" | "W":
                path = []
    return sheet


def _rectangles(
    path: list[tuple[float, float]], place: tuple[float, ...], height: float
) -> Iterator[tuple[float, float, float, float]]:
    for start in range(0, len(path) - 3, 4):
        points = [_at(*point, place) for point in path[start : start + 4]]
        xs, ys = [x / MM for x, _ in points], [(height - y) / MM for _, y in points]
        yield min(xs), min(ys), max(xs), max(ys)


def _times(one: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, float, float, float, float, float]:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _at(x: float, y: float, place: tuple[float, ...]) -> tuple[float, float]:
    a, b, c, d, e, f = place
    return a * x + c * y + e, b * x + d * y + f


class _Font:
    """What its glyphs mean and how wide they are."""

    def __init__(self, found: Any) -> None:
        table = found.ToUnicode.read_bytes().decode("ascii")
        self._meaning: dict[int, str] = {}
        for part in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
            for glyph, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", part):
                self._meaning[int(glyph, 16)] = bytes.fromhex(text).decode("utf-16-be")
        self._widths = _widths(found.DescendantFonts[0])

    def run(self, pieces: Any, size: float, place: tuple[float, ...], height: float) -> Text:
        text, width = "", 0.0
        for piece in pieces:
            if isinstance(piece, pikepdf.String):
                raw = bytes(piece)
                for glyph in (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)):
                    assert glyph, "a box instead of a character"
                    text += self._meaning[glyph]
                    width += self._widths.get(glyph, 0.0)
            else:
                width -= float(piece)
        x, y = _at(0, 0, place)
        return Text(text, x / MM, (height - y) / MM, size, width * size / 1000 / MM)


def _widths(font: Any) -> dict[int, float]:
    found: dict[int, float] = {}
    entries = list(font.W)
    while entries:
        first = int(entries.pop(0))
        then = entries.pop(0)
        if isinstance(then, pikepdf.Array):
            found |= {first + place: float(width) for place, width in enumerate(then)}
        else:
            width = float(entries.pop(0))
            found |= dict.fromkeys(range(first, int(then) + 1), width)
    return found
