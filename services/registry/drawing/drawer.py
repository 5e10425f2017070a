"""Draws papers as PDF: by Typst, from the template beside this, with the fonts of one folder and no others.

Typst keeps what it set for a while and asks for hundreds of megabytes: so it runs in processes that end with what they drew.
The same words give the same bytes, as long as address, template and fonts stay the same.
"""

import asyncio
import json
import logging
import struct
from collections.abc import Sequence
from pathlib import Path

import segno
from fontTools.ttLib import TTFont, TTLibError  # type: ignore[import-untyped]

from kit import children
from services.registry.drawing import LENGTH
from services.registry.errors import PlaqueDrawingFailed, PlaqueFontMissing
from services.registry.rules import plaques
from services.registry.rules.plaques import Form, Words

FONTS = (".ttc", ".otf", ".ttf", ".otc")
SECONDS = 20.0
# What is printed on every paper: without a shape for each of these a folder is no folder of fonts.
PRINTED = "0123456789年月日〔〕号：，。《》证书编有效期扫码验本是否度" + plaques.POINT + plaques.DISTRICT + plaques.BASIS
PRINTED += "".join(plaques.AWARDED_BY) + "〇一二三四五六七八九根据经推荐审定确你单位为特发此至金法联"
log = logging.getLogger(__name__)


class Drawer:
    """`address` is where codes lead to: the public address of the platform. One process draws at a time."""

    def __init__(self, fonts: Path, address: str) -> None:
        self._fonts = fonts
        self._address = address.rstrip("/")
        self._characters: frozenset[int] = frozenset()
        self._turn = asyncio.Semaphore(1)

    def url(self, token: str) -> str:
        return f"{self._address}{plaques.CODE_ADDRESS}{token}"

    async def characters(self) -> frozenset[int]:
        """Code points that the fonts have. Raises PlaqueFontMissing if they lack what is on every paper."""
        if not self._characters:
            found = await asyncio.to_thread(_characters_of, self._fonts)
            if plaques.unknown_characters(PRINTED, found):
                raise PlaqueFontMissing
            self._characters = found
        return self._characters

    async def check(self) -> None:
        """Whether papers can be drawn here. Raises PlaqueFontMissing."""
        try:
            await self.characters()
        except PlaqueFontMissing:
            log.error("%s holds no font with the characters of papers: see FAHU_FONT_FOLDER, or make fonts", self._fonts)
            raise

    async def draw(self, form: Form, files: Sequence[Sequence[Words]]) -> list[bytes]:
        """A PDF for each file, with a page for each of its papers. Raises PlaqueFontMissing or PlaqueDrawingFailed."""
        known = await self.characters()
        if any(plaques.unknown_characters(words.enterprise_name, known) for file in files for words in file):
            raise PlaqueFontMissing  # the fonts that it was made with are gone
        papers = [[plaques.texts(words) | {"code": self._code(words.token)} for words in file] for file in files]
        if not files:
            return []
        asked = json.dumps({"form": form.lower(), "fonts": str(self._fonts), "files": papers}).encode()
        async with self._turn:
            drawn = await asyncio.to_thread(_drawn, asked)
        if len(drawn) != len(files):
            raise PlaqueDrawingFailed
        return drawn

    def _code(self, token: str) -> list[str]:
        """The code's dots, row by row; the template leaves the empty border around them."""
        code = segno.make_qr(self.url(token), error="m", boost_error=False)
        return ["".join("1" if dot else "0" for dot in row) for row in code.matrix]


def _characters_of(folder: Path) -> frozenset[int]:
    """What any font of the folder has: where the first lacks a character, Typst looks in the others."""
    found: set[int] = set()
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() in FONTS:
            try:
                with TTFont(path, fontNumber=0, lazy=True) as font:
                    found |= font.getBestCmap().keys()
            except (TTLibError, OSError, struct.error, KeyError, AssertionError):
                log.warning("%s is no font that can be read", path)
    return frozenset(found)


def _drawn(asked: bytes) -> list[bytes]:
    """In a thread."""
    try:
        return _parts(children.run("services.registry.drawing.worker", asked, SECONDS))
    except children.ChildFailed as error:
        log.exception("a drawing failed")
        raise PlaqueDrawingFailed from error


def _parts(answer: bytes) -> list[bytes]:
    found, place = [], 0
    while place < len(answer):
        (length,) = LENGTH.unpack_from(answer, place)
        place += LENGTH.size
        found.append(answer[place : place + length])
        place += length
    return found
