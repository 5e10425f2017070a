"""What is drawn: sizes, texts and where they stand, the code, the same bytes each time, and how long 171 take."""

import asyncio
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import segno
from fahu.registry.v1 import plaque_service_pb2 as pb
from fahu.registry.v1.plaque_pb2 import PLAQUE_FORM_CERTIFICATE

from services.registry.drawing.drawer import Drawer
from services.registry.errors import PlaqueFontMissing
from services.registry.rules.plaques import AWARDED_BY, POINT, Form, Words, file_name, serial, unknown_characters
from stack.programs import FONTS
from tests.registry.conftest import PUBLIC_URL, YEAR, World
from tests.registry.files import FENGJING, Line, line, uscc
from tests.registry.papers import Sheet, matrix, sheets

WORDS = Words(
    year=2021,
    serial=serial(2021, 1),
    wording=f"金山区{POINT}",
    enterprise_name="上海甲乙丙示例金属制品有限公司",
    area_name="朱泾镇",
    awarded_by=AWARDED_BY,
    made_on=date(2021, 3, 5),
    token="abcdefghijklmnopqrstuv",
)
NAMES = ("示例厂", "上海示例（集团）新材料科技发展股份有限公司金山高新技术产业基地第二分公司筹备处一二三", "长" * 200)
AREAS = ("金山区", "朱泾镇", "金山第二工业区", "上海湾区高新技术产业开发区")


@pytest.fixture(scope="module")
def drawer() -> Drawer:
    return Drawer(FONTS, PUBLIC_URL)


async def drawn(drawer: Drawer, form: Form, *words: Words) -> list[Sheet]:
    (content,) = await drawer.draw(form, [words])
    return sheets(content)


def code_of(token: str) -> list[str]:
    code = segno.make_qr(f"{PUBLIC_URL}/v/{token}", error="m", boost_error=False)
    return ["".join("1" if dot else "0" for dot in row) for row in code.matrix]


def centred(sheet: Sheet, text: str) -> bool:
    run = sheet.found(text)
    return abs(run.x + run.width / 2 - sheet.width / 2) < 6  # what is spread has its last gap behind it


async def test_a_plaque_is_a_page_of_a3_with_all_that_stands_on_it(drawer: Drawer) -> None:
    (sheet,) = await drawn(drawer, Form.PLAQUE, WORDS)
    assert (round(sheet.width), round(sheet.height)) == (420, 297)
    texts = (
        WORDS.enterprise_name,
        "金山区",
        POINT,
        "2021年度",
        *AWARDED_BY,
        "二〇二一年",
        "金法联〔2021〕001号",
        "扫码验证",
    )
    for text in texts:
        run = sheet.found(text)
        assert run.x > 20, text
        assert run.x + run.width < 400, text
    assert all(centred(sheet, text) for text in (WORDS.enterprise_name, "金山区", POINT))
    order = [sheet.found(text).y for text in (WORDS.enterprise_name, "金山区", POINT, "2021年度", *AWARDED_BY)]
    assert order == sorted(order)
    assert (sheet.found("金山区").size, sheet.found(POINT).size) == (76, 104)


async def test_a_certificate_is_a_page_of_a4_with_number_day_and_term(drawer: Drawer) -> None:
    (sheet,) = await drawn(drawer, Form.CERTIFICATE, WORDS)
    assert (round(sheet.width), round(sheet.height)) == (297, 210)
    for text in ("证书", WORDS.enterprise_name, f"2021年度金山区{POINT}", "特发此证", "金法联〔2021〕001号", "2021年3月5日"):
        assert text in sheet.all_text
    assert "有效期：2021年1月1日至2021年12月31日" in sheet.all_text
    assert all(text in sheet.all_text for text in AWARDED_BY)


async def test_long_and_short_names_stay_within_the_frame_and_off_each_other(drawer: Drawer) -> None:
    words = [
        replace(WORDS, enterprise_name=name, wording=f"{area}{POINT}", area_name=area) for name in NAMES for area in AREAS
    ]
    for form, left, right in ((Form.PLAQUE, 18, 402), (Form.CERTIFICATE, 16, 281)):
        for one, sheet in zip(words, await drawn(drawer, form, *words), strict=True):
            assert one.enterprise_name in sheet.all_text
            for run in sheet.texts:
                assert left < run.x, run
                assert run.x + run.width < right, run
            if form is Form.PLAQUE:
                area = one.wording.removesuffix(POINT)
                name = [run for run in sheet.texts if run.y < sheet.found(area).y - 5]
                assert "".join(run.text for run in name) == one.enterprise_name
                highest = sheet.found(area).y - sheet.found(area).size * 0.88 / 72 * 25.4
                assert max(run.y for run in name) < highest
                assert min(run.y - run.size / 72 * 25.4 for run in name) > 18
            else:
                assert max(run.y for run in sheet.texts if run.size >= 15 and run.text in one.enterprise_name) < 150


async def test_the_code_is_that_of_the_address(drawer: Drawer) -> None:
    other = replace(WORDS, token="vutsrqponmlkjihgfedcba")
    for form in Form:
        for one, sheet in zip((WORDS, other), await drawn(drawer, form, WORDS, other), strict=True):
            expected = code_of(one.token)
            assert matrix(sheet, len(expected)) == expected
    assert code_of(WORDS.token) != code_of(other.token)


async def test_the_same_words_give_the_same_bytes(drawer: Drawer) -> None:
    first = await drawer.draw(Form.PLAQUE, [[WORDS], [replace(WORDS, enterprise_name="别的厂")]])
    again = await Drawer(FONTS, f"{PUBLIC_URL}/").draw(Form.PLAQUE, [[WORDS]])
    assert again[0] == first[0] != first[1]


async def test_texts_are_no_markup(drawer: Drawer) -> None:
    hostile = '#panic("x") *粗* $1/0$ <a> @b \\ // "'
    (sheet,) = await drawn(drawer, Form.PLAQUE, replace(WORDS, enterprise_name=hostile))
    assert hostile.replace(" ", "") in sheet.all_text.replace(" ", "")


async def test_without_fonts_registry_is_not_ready(tmp_path: Path) -> None:
    """Neither an empty folder, nor none, nor one of fonts without Chinese."""
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    for folder in (tmp_path, tmp_path / "none", Path("/usr/share/fonts/truetype/dejavu")):
        with pytest.raises(PlaqueFontMissing):
            await Drawer(folder, PUBLIC_URL).check()


@pytest.mark.parametrize(
    ("text", "unknown"), [("𠮷野家", []), ("A公司·（上海）", []), ("甲\u200b乙", ["\u200b"]), ("🙂", ["🙂"])]
)
async def test_a_character_counts_as_known_if_it_shows(drawer: Drawer, text: str, unknown: list[str]) -> None:
    assert unknown_characters(text, await drawer.characters()) == unknown


def test_file_names_hold_nothing_that_a_file_system_minds() -> None:
    assert file_name(7, "朱泾镇", '../a\\b:*?"<>|公司 ') == "007_朱泾镇_a b 公司.pdf"
    assert len(file_name(1000, "区", "长" * 200).encode()) < 255


async def test_171_are_published_made_and_drawn_in_time(world: World, record_property: Callable[[str, str], None]) -> None:
    """Issue 4, it must show 3. Both papers of each, as one file and as files of their own."""
    lines = [
        Line(uscc(n), f"上海示例{chr(0x4E00 + 53 * n)}{n:03}有限公司", FENGJING if n % 2 else line(n).area)
        for n in range(171)
    ]
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    await world.import_lines(*lines)
    service = world.plaques()
    assert (await service.MakePlaques(pb.MakePlaquesRequest(year=YEAR))).made_count == 171
    whole = (await service.DrawPlaques(pb.DrawPlaquesRequest(year=YEAR), timeout=25)).file
    certificates = pb.DrawPlaquesRequest(year=YEAR, form=PLAQUE_FORM_CERTIFICATE)
    await service.DrawPlaques(certificates, timeout=25)
    names, token = [], ""
    while True:
        page = await service.ListPlaqueFiles(
            pb.ListPlaqueFilesRequest(year=YEAR, page_token=token, page_size=40), timeout=25
        )
        names += [file.file_name for file in page.files]
        if not (token := page.next_page_token):
            break
    seconds = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    drawing = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    pages = await asyncio.to_thread(sheets, whole.content)
    assert len(pages) == len(set(names)) == 171
    assert all(
        line.name in sheet.all_text
        for line, sheet in zip(sorted(lines, key=lambda one: (one.area, one.name)), pages, strict=True)
    )
    told = f"plaques: made=171 pages=171 certificates=171 files=171 bytes={len(whole.content)}"
    record_property("summary", f"{told} seconds={seconds:.1f} cpu={drawing:.1f} allowed=20")
    assert seconds < 20
