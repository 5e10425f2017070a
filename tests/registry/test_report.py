"""The report: what it says of figures, what it leaves to its author, and the page it stands on."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from services.registry.reporting.document import draw
from services.registry.rules.figures import Advice, Course, Need, Programme, Rated, Score, Served, Turnout, percent, ranked
from services.registry.rules.report import Material, blocks, from_plain, to_plain
from services.registry.rules.report_blocks import Bars, Block, Heading, Paragraph, Table

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MADE_AT = datetime(2026, 3, 1, tzinfo=UTC)
RATED = Rated(
    "对各部门的评分（5分制）",
    ["5分", "4分", "3分", "2分", "1分"],
    [Score("区法院", 20, 4.5, [12, 6, 2, 0, 0]), Score("区司法局", None, None, []), Score("区检察院", 0, None, [0] * 5)],
)
MATERIAL = Material(
    year=2026,
    survey="法治化营商环境问卷大调查",
    asked="全区规模以上企业",
    total=Turnout("全区", 30, 20, 12, 11),
    areas=[Turnout("朱泾镇", 10, 10, 5, 5), Turnout("枫泾镇", 10, 10, 7, 6), Turnout("石化街道", 0, 0, 0, 0)],
    courses=[("区法院", Course("court", 9, 8, 8, 2, 7, 1, 5, 4, 1, 6, 2, 1)), ("区检察院", Course("procuratorate"))],
    programme=Programme(171, 170, 12, 40, 30, 5, 4, [Served("朱泾镇", 20, 19, 3), Served("枫泾镇", 0, 0, 0)]),
    needs=[Need("court", "区法院", 7, 9), Need("procuratorate", "区检察院", 0, 0)],
    needed=10,
    rated=[RATED],
    advice=[Advice("多开现场咨询。", "区法院", "2026年6月30日", "已采纳")],
)


def told(**changes: Any) -> list[Block]:
    return list(blocks(replace(MATERIAL, **changes)))


def sentences(found: list[Block]) -> str:
    return "\n".join(block.text for block in found if isinstance(block, Heading | Paragraph))


def tables(found: list[Block]) -> dict[str, list[list[str]]]:
    return {block.caption: [list(row) for row in block.rows] for block in found if isinstance(block, Table)}


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "—"), (5, 0, "—"), (0, 3, "0.0%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (1, 16, "6.3%"), (3, 3, "100.0%")],
)
def test_a_share_is_told_as_people_do_and_nothing_of_nothing(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


def test_it_has_the_sections_of_a_research_report() -> None:
    heads = [block.text for block in told() if isinstance(block, Heading) and block.level == 1]
    assert heads == [
        "一、调查概况",
        "二、上一年度机制运行情况",
        "三、企业法治需求",
        "四、对各部门的评价",
        "五、主要问题",
        "六、建议",
    ]


def test_the_past_years_programme_is_told_and_its_silence_too() -> None:
    found = told()
    assert "设立联系点企业171家，已授牌170家；推进重点项目12项，应完成节点40个，节点按时完成率75.0%" in sentences(found)
    assert "采纳当年调研建议5条，已落实4条" in sentences(found)
    rows = [["朱泾镇", "20", "19", "3", "95.0%"], ["枫泾镇", "0", "0", "0", "—"]]
    assert tables(found)["2025年度联系点服务情况"] == rows
    nothing = told(programme=Programme(0, 0, 0, 0, 0, 0, 0, []))
    assert "平台没有2025年度联系点、项目和服务企业的记录。" in sentences(nothing)
    # What was analysed before this was counted says nothing of it, rather than that there was nothing.
    assert "服务企业的记录" not in sentences(told(programme=None))


def test_rates_are_those_of_its_notes_and_nothing_due_is_a_dash() -> None:
    found = told()
    assert "按时签收率75.0%，按时办结率85.7%，满意率80.0%，退单率12.5%，重办率33.3%" in sentences(found)
    assert tables(found)["问卷发放与回收情况"][2] == ["石化街道", "0", "0", "—", "0", "—"]
    assert tables(found)["2025年度需求建议办理情况"][1] == ["区检察院", "0", "0", "0", "—", "—", "—"]


def test_problems_are_what_figures_say_and_the_rest_is_left_to_the_author() -> None:
    text = sentences(told())
    assert "1. 问卷回收率低于60%的有：朱泾镇（50.0%）。" in text
    assert "2. 2025年度有超过期限答复的需求建议：区法院（1条）。" in text
    assert text.index("（以下由起草人补充）") < text.index("六、建议")
    quiet = told(areas=[], courses=[], rated=[], advice=[])
    assert "本次数据未显示突出问题。" in sentences(quiet)
    assert sentences(quiet).count("（以下由起草人补充）") == 2


def test_hidden_scores_are_marked_and_have_no_bar() -> None:
    found = told()
    assert tables(found)[RATED.title][1:] == [["区司法局", *["＊"] * 7], ["区检察院", "0", "—", *["0"] * 5]]
    bars = [block for block in found if isinstance(block, Bars) and block.caption == "平均分"]
    assert [list(one.rows) for one in bars] == [[("区法院", 4.5)]]


def test_a_matrix_without_numbers_has_no_mean_but_a_share() -> None:
    plain = Rated(
        "对各部门的满意度", ["满意", "不满意"], [Score("区法院", 10, None, [8, 2]), Score("区检察院", 5, None, [5, 0])]
    )
    found = told(rated=[plain])
    assert tables(found)[plain.title] == [["区法院", "10", "8", "2"], ["区检察院", "5", "5", "0"]]
    (bars,) = [block for block in found if isinstance(block, Bars) and "满意" in block.caption]
    assert list(bars.rows) == [("区检察院", 100.0), ("区法院", 80.0)]


def test_one_thing_alone_is_compared_with_nothing() -> None:
    found = told(rated=[Rated("总体满意度", ["2分", "1分"], [Score("全区", 10, 1.8, [8, 2])])])
    assert tables(found)["总体满意度"] == [["全区", "10", "1.80", "8", "2"]]
    assert not [block for block in found if isinstance(block, Bars) and block.caption == "平均分"]


def test_needs_are_ranked_by_who_named_them_then_by_demands_then_as_the_notice_lists() -> None:
    names = {"a": "甲", "b": "乙", "c": "丙", "d": "丁"}
    assert [one.name for one in ranked(names, {"c": 3, "b": 3}, {"c": 2, "d": 9})] == ["丙", "乙", "丁", "甲"]


def test_the_material_is_kept_as_json_and_comes_back() -> None:
    assert list(blocks(from_plain(to_plain(MATERIAL), MATERIAL.advice))) == told()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_page_is_that_of_an_official_document() -> None:
    files = parts(draw("题目", told(), MADE_AT))
    section = ElementTree.fromstring(files["word/document.xml"]).find(f".//{W}sectPr")
    assert section is not None
    attributes = {
        child.tag.removeprefix(W): {name.removeprefix(W): value for name, value in child.items()} for child in section
    }
    assert attributes["pgSz"] == {"w": "11906", "h": "16838"}
    margins = attributes["pgMar"]
    assert [margins[side] for side in ("top", "right", "bottom", "left")] == ["2098", "1474", "1984", "1588"]
    assert attributes["docGrid"] == {"type": "linesAndChars", "linePitch": "579", "charSpace": "-1024"}
    # 22 lines of 28 characters, by the grid and by what is told outright, in 156 mm by 225 mm.
    style = files["word/styles.xml"].decode()
    spacing = [int(value) / 20 for value in re.findall(r'<w:spacing w:val="(-?\d+)"/>', style)]
    assert -0.3 in spacing
    assert all(28 * width <= (11906 - 1474 - 1588) / 20 < 29 * width for width in (16 - 1024 / 4096, 16 - 0.3))
    assert 22 * 28.95 <= (16838 - 2098 - 1984) / 20 < 23 * 28.95
    assert 'w:line="579"' in style


def test_every_page_says_that_it_is_a_draft_and_none_bears_a_seal() -> None:
    files = parts(draw("题目", told(), MADE_AT))
    heads = [content.decode() for name, content in files.items() if name.startswith("word/header")]
    assert len(heads) == 2  # odd and even
    assert all('string="草稿"' in head for head in heads)
    assert not [name for name in files if name.startswith("word/media")]
    assert "evenAndOddHeaders" in files["word/settings.xml"].decode()


def test_all_parts_are_well_formed_and_charts_hold_their_labels() -> None:
    files = parts(draw("<题&目>", told(advice=[Advice("<&>\u201c", "甲", "x", "y")]), MADE_AT))
    for name, content in files.items():
        if name.endswith((".xml", ".rels")):
            ElementTree.fromstring(content)
    charts = [content.decode() for name, content in sorted(files.items()) if name.startswith("word/charts/")]
    assert len(charts) == 2
    assert "<c:v>区法院</c:v>" in charts[0]
    assert "<c:v>4.50</c:v>" in charts[1]
    assert files["[Content_Types].xml"].decode().count("drawingml.chart+xml") == 2


def test_the_same_blocks_are_the_same_bytes() -> None:
    assert draw("题目", told(), MADE_AT) == draw("题目", told(), MADE_AT)
