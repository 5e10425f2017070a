"""Lists of the year's programme as workbooks. Blocking: call it in a thread."""

from collections.abc import Sequence

from kit.calendar import BEIJING
from kit.sheets import spreadsheet
from services.registry.queries.designations import PointView
from services.registry.queries.nominations import NominationView
from services.registry.rules import Level
from services.registry.rules.cohorts import AREA, LEVEL, LEVEL_NAMES, NAME, USCC
from services.registry.rules.nominations import (
    NOMINATOR,
    NOMINATOR_NAMES,
    REASON,
    STATE_NAMES,
    NominationState,
    Nominator,
)

NOMINATIONS = (USCC, NAME, AREA, LEVEL, NOMINATOR, REASON, "状态", "席位", "未通过或撤回原因")
POINTS = (USCC, NAME, AREA, LEVEL, "席位", "状态", "设立日期", "撤销日期", "撤销原因")


def nominations_sheet(year: int, views: Sequence[NominationView]) -> bytes:
    """Nominations with the columns that an import of them takes, and what became of each."""
    rows = [
        (
            view.enterprise.uscc,
            view.enterprise.name,
            view.area_name,
            LEVEL_NAMES[Level(view.nomination.level)],
            NOMINATOR_NAMES[Nominator(view.nomination.nominator)],
            view.nomination.reason,
            STATE_NAMES[NominationState(view.nomination.state)],
            view.nomination.seat_no,
            view.nomination.ended_reason,
        )
        for view in views
    ]
    return spreadsheet.write_rows(f"{year}年联系点推荐", NOMINATIONS, rows)


def points_sheet(year: int, views: Sequence[PointView]) -> bytes:
    """Liaison points with the columns that an import of them takes, and what became of each."""
    rows = []
    for view in views:
        row = view.designation
        rows.append(
            (
                view.enterprise.uscc,
                view.enterprise.name,
                view.area_name,
                LEVEL_NAMES[Level(row.level)],
                row.seat_no,
                "有效" if row.active else "已撤销",
                row.created_at.astimezone(BEIJING).date(),
                row.withdrawn_at.astimezone(BEIJING).date() if row.withdrawn_at else None,
                row.withdrawn_reason,
            )
        )
    return spreadsheet.write_rows(f"{year}年联系点", POINTS, rows)
