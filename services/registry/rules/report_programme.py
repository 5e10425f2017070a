"""What the report says of the past year's programme: liaison points, plaques, projects and services to enterprises."""

from collections.abc import Iterator

from services.registry.rules.figures import Programme, Served, percent
from services.registry.rules.report_blocks import Block, Note, Paragraph, Table


def programme_blocks(ran: Programme, year: int) -> Iterator[Block]:
    if not (ran.points or ran.projects):
        yield Paragraph(f"平台没有{year}年度联系点、项目和服务企业的记录。")
        return
    served, presumed = sum(one.served for one in ran.areas), sum(one.presumed for one in ran.areas)
    yield Paragraph(
        f"{year}年度，全区设立联系点企业{ran.points}家，已授牌{ran.plaques}家；推进重点项目{ran.projects}项，"
        f"应完成节点{ran.nodes}个，节点按时完成率{percent(ran.nodes_on_time, ran.nodes)}；已服务联系点{served}家"
        f"（其中推定确认{presumed}家），服务覆盖率{percent(served, ran.points)}。"
        f"采纳当年调研建议{ran.advice}条，已落实{ran.advice_done}条。"
    )
    header = ("镇（街道、园区）", "联系点", "已服务", "其中推定确认", "服务覆盖率")
    yield Table(f"{year}年度联系点服务情况", header, [_row(one) for one in ran.areas], (3, 1, 1, 1.4, 1.4))
    yield Note(
        "注：服务覆盖率＝至少接受过一次服务的联系点数÷联系点数，服务经企业确认，或期满未提出异议而推定确认；"
        "节点按时完成率＝按期完成的节点数÷到期节点数。"
    )


def _row(one: Served) -> list[str]:
    return [one.name, str(one.points), str(one.served), str(one.presumed), percent(one.served, one.points)]
