"""The research report of a year (调研报告) as blocks of text, from figures alone: what it says, not how it looks.

What it tells as a problem follows from figures by the rules below, and says so: the rest is for its author to write.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.registry.rules import figures
from services.registry.rules.figures import (
    HIDDEN,
    NOTHING,
    Advice,
    Course,
    Need,
    Programme,
    Rated,
    Score,
    Served,
    Turnout,
    decimal,
    percent,
)
from services.registry.rules.report_blocks import Bars, Block, Heading, Note, Paragraph, Table
from services.registry.rules.report_programme import programme_blocks

LOW_RETURN = 0.6
LOW_MEAN = 3.5
TO_WRITE = "（以下由起草人补充）"


@dataclass(frozen=True, slots=True)
class Material:
    """All that a report is made of. `asked` says who was; `needed` is how many answered the question about needs.

    `programme` is the past year's; analyses of before it was counted have none.
    """

    year: int
    survey: str
    asked: str
    total: Turnout
    areas: Sequence[Turnout]
    courses: Sequence[tuple[str, Course]]
    programme: Programme | None
    needs: Sequence[Need]
    needed: int
    rated: Sequence[Rated]
    advice: Sequence[Advice]


def to_plain(given: Material) -> dict[str, Any]:
    """The material as JSON."""
    return asdict(given)


def from_plain(kept: Mapping[str, Any], advice: Sequence[Advice]) -> Material:
    """The material as it was kept, with the recommendations of the day."""
    ran = kept.get("programme")
    return Material(
        year=kept["year"],
        survey=kept["survey"],
        asked=kept["asked"],
        total=Turnout(**kept["total"]),
        areas=[Turnout(**one) for one in kept["areas"]],
        courses=[(name, Course(**one)) for name, one in kept["courses"]],
        programme=Programme(**ran | {"areas": [Served(**one) for one in ran["areas"]]}) if ran else None,
        needs=[Need(**one) for one in kept["needs"]],
        needed=kept["needed"],
        rated=[Rated(one["title"], one["marks"], [Score(**score) for score in one["scores"]]) for one in kept["rated"]],
        advice=advice,
    )


def title_of(year: int) -> str:
    return f"金山区{year}年度法治化营商环境调研报告"


def blocks(given: Material) -> Iterator[Block]:
    """The report from its first sentence to its notes."""
    yield Paragraph(
        f"根据《金山区开展组团式联系服务企业优化法治化营商环境的实施意见》，{given.year}年度对{given.asked}开展"
        f"“{given.survey}”，并对{given.year - 1}年度组团式联系服务企业机制运行情况进行分析研究，形成本报告。"
    )
    yield from _turnout(given)
    yield from _mechanism(given)
    yield from _needs(given)
    yield from _ratings(given)
    yield from _problems(given)
    yield from _advice(given)


def _turnout(given: Material) -> Iterator[Block]:
    total = given.total
    yield Heading("一、调查概况")
    yield Paragraph(
        f"{given.asked}{total.population}家，发放问卷{total.sent}份，回收{total.returned}份，"
        f"回收率{percent(total.returned, total.sent)}；其中有效问卷{total.valid}份，"
        f"有效率{percent(total.valid, total.returned)}。"
    )
    header = ("镇（街道、园区）", "发放", "回收", "回收率", "有效", "有效率")
    yield Table("问卷发放与回收情况", header, [_turnout_row(one) for one in given.areas], (3, 1, 1, 1.2, 1, 1.2))
    yield Note(f"注：回收率＝回收数÷发放数；有效率＝有效数÷回收数；没有应计数的，记“{NOTHING}”。")


def _turnout_row(one: Turnout) -> list[str]:
    numbers = (str(one.sent), str(one.returned), percent(one.returned, one.sent), str(one.valid))
    return [one.name, *numbers, percent(one.valid, one.returned)]


def _mechanism(given: Material) -> Iterator[Block]:
    year = given.year - 1
    yield Heading("二、上一年度机制运行情况")
    if given.programme:
        yield from programme_blocks(given.programme, year)
    yield from _demands(given, year)


def _demands(given: Material, year: int) -> Iterator[Block]:
    total = figures.in_all(course for _, course in given.courses)
    if not total.submitted:
        yield Paragraph(f"平台没有{year}年度企业需求建议的办理记录。")
        return
    yield Paragraph(
        f"{year}年度，联系点企业通过平台提交需求建议{total.submitted}条，派单{total.dispatched}条，答复{total.replied}条，"
        f"办结{total.closed}条，企业撤回{total.withdrawn}条。按时签收率{_on_time(total.accepted_late, total.accepted)}，"
        f"按时办结率{_on_time(total.replied_late, total.replied)}，满意率{percent(total.satisfied, total.rated)}，"
        f"退单率{percent(total.returned, total.dispatched)}，重办率{percent(total.reopened, total.closed)}。"
    )
    rows = [_course_row(name, course) for name, course in given.courses]
    header = ("需求类别", "提交", "答复", "办结", "按时签收", "按时办结", "满意率")
    yield Table(f"{year}年度需求建议办理情况", header, rows, (2.4, 1, 1, 1, 1.3, 1.3, 1.3))
    yield Note(
        "注：按时签收率＝期限内签收数÷签收数；按时办结率＝期限内答复数÷答复数；满意率＝（非常满意＋满意）÷评价数，"
        "不含基本满意；退单率＝申请退单数÷派单数；重办率＝重新办理数÷办结数。数据来自平台办理记录。"
    )


def _on_time(late: int, whole: int) -> str:
    return percent(whole - late, whole)


def _course_row(name: str, one: Course) -> list[str]:
    rates = (_on_time(one.accepted_late, one.accepted), _on_time(one.replied_late, one.replied))
    return [name, str(one.submitted), str(one.replied), str(one.closed), *rates, percent(one.satisfied, one.rated)]


def _needs(given: Material) -> Iterator[Block]:
    yield Heading("三、企业法治需求")
    first = [need for need in given.needs if need.named or need.demands][:3]
    if not first:
        yield Paragraph("本次问卷和平台均没有可供汇总的法治需求。")
        return
    yield Paragraph(
        f"综合问卷（{given.needed}家企业作答）和{given.year - 1}年度平台需求建议，企业法治需求较集中的依次为："
        f"{'、'.join(need.name for need in first)}。"
    )
    rows = [_need_row(place, need, given.needed) for place, need in enumerate(given.needs, 1)]
    header = ("对应部门", "位次", "问卷提及", "占作答企业", "平台需求")
    yield Table("企业法治需求按对应部门排序", header, rows, (2.4, 0.8, 1.2, 1.4, 1.2))
    if any(need.named for need in given.needs):
        yield Bars("问卷中提及各部门的企业数（家）", [(need.name, need.named) for need in given.needs])
    yield Note("注：按问卷提及的企业数排序，相同的按上一年度平台需求建议数排序；一家企业可提及多个部门。")


def _need_row(place: int, need: Need, needed: int) -> list[str]:
    return [need.name, str(place), str(need.named), percent(need.named, needed), str(need.demands)]


def _ratings(given: Material) -> Iterator[Block]:
    yield Heading("四、对各部门的评价")
    if not given.rated:
        yield Paragraph("本次问卷没有评价类题目。")
        return
    yield Paragraph("评价部分不记名，与企业身份不相关联。作答不足5份的，以及可由其他数字推算得出的，一律不予列示。")
    for place, rated in enumerate(given.rated, 1):
        yield Heading(f"（{_chinese(place)}）{rated.title}", 2)
        yield from _rated(rated)
    yield Note(f"注：“{HIDDEN}”为作答不足5份或可据以推算，不予列示；“{NOTHING}”为没有应计数。")


def _rated(rated: Rated) -> Iterator[Block]:
    """A table, and bars: of the means, or of how many chose the first mark where marks are no numbers."""
    means = any(score.mean is not None for score in rated.scores)
    header = ("评价对象", "作答", *(("平均分",) if means else ()), *rated.marks)
    rows = [_score_row(score, rated, means) for score in rated.scores]
    yield Table(rated.title, header, rows, (2.2, 0.9, *([1] * (len(header) - 2))))
    shown = [score for score in rated.scores if score.answered]
    if len(rated.scores) < 2:  # nothing to compare
        return
    if means:
        yield Bars("平均分", _longest_first((one.name, round(one.mean or 0, 2)) for one in shown), 2)
    elif shown:
        first = ((one.name, round(100 * one.marks[0] / (one.answered or 1), 1)) for one in shown)
        yield Bars(f"选择“{rated.marks[0]}”的占比（%）", _longest_first(first), 1)


def _longest_first(rows: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    return sorted(rows, key=lambda row: -row[1])


def _score_row(score: Score, rated: Rated, means: bool) -> list[str]:
    if score.answered is None:
        return [score.name, *[HIDDEN] * (len(rated.marks) + 1 + means)]
    mean = [decimal(score.mean)] if means else []
    return [score.name, str(score.answered), *mean, *[str(count) for count in score.marks]]


def _problems(given: Material) -> Iterator[Block]:
    yield Heading("五、主要问题")
    yield Paragraph("以下各点由数据得出，供研究时参考：")
    found = list(_found(given)) or ["本次数据未显示突出问题。"]
    for place, text in enumerate(found, 1):
        yield Paragraph(f"{place}. {text}")
    yield Paragraph(TO_WRITE)


def _found(given: Material) -> Iterator[str]:
    low = [one for one in given.areas if one.sent and one.returned / one.sent < LOW_RETURN]
    if low:
        told = "、".join(f"{one.name}（{percent(one.returned, one.sent)}）" for one in low)
        yield f"问卷回收率低于{LOW_RETURN:.0%}的有：{told}。"
    late = [(name, course) for name, course in given.courses if course.replied_late]
    if late:
        told = "、".join(f"{name}（{course.replied_late}条）" for name, course in late)
        yield f"{given.year - 1}年度有超过期限答复的需求建议：{told}。"
    for rated in given.rated:
        weak = [score for score in rated.scores if score.mean is not None and score.mean < LOW_MEAN]
        if weak:
            told = "、".join(f"{score.name}（{decimal(score.mean)}）" for score in weak)
            yield f"“{rated.title}”平均分低于{LOW_MEAN}的有：{told}。"


def _advice(given: Material) -> Iterator[Block]:
    yield Heading("六、建议")
    for place, one in enumerate(given.advice, 1):
        yield Paragraph(f"{place}. {one.text.rstrip('。')}。（责任单位：{one.owner}；完成时限：{one.due}；{one.state}）")
    if not given.advice:
        yield Paragraph(TO_WRITE)


def _chinese(number: int) -> str:
    """1 to 99 as headings count."""
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return f"{'' if tens < 2 else digits[tens]}{'十' if tens else ''}{digits[ones] if ones else ''}"
