"""阶段性报告: while a promise lies far ahead, the enterprise is told at intervals how things stand (DEM-6).

One number says from when on and how often, 15 working days unless set otherwise: a promise within it is kept before the
first report would be due, and with one beyond it the enterprise never waits longer than that without a word.
"""

from datetime import date

from services.dispatch import rules
from services.dispatch.clocks import Name, Start
from services.dispatch.rules import Action, Clock, Party
from services.dispatch.service.change import Change, save, take


def starts(change: Change, promised_on: date | None) -> list[Start]:
    """The clock of the next report, if a day promised now lies far ahead and no report is due already."""
    running = any(one["kind"] == Clock.REPORT and one["stopped_at"] is None for one in change.written.clocks)
    return [] if running else _next(change, promised_on)


def _next(change: Change, promised_on: date | None) -> list[Start]:
    calendar = change.course.calendar
    if not rules.needs_reports(promised_on, calendar.day_of(change.now), calendar, change.terms):
        return []
    return [Start(Name(Clock.REPORT), Party.AGENCY, str(change.row["lead_unit_code"]))]


async def report(change: Change, text: str) -> None:
    """Tell the enterprise how things stand. The next report is due as long after, unless the answer is due by then."""
    rules.check_move(Action.REPORT_PROGRESS, change.state)
    take(change, Action.REPORT_PROGRESS, change.act(text), starts=_next(change, change.row["promised_on"]))
    await save(change)
