"""When a term is over, and which of its marks have passed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kit.calendar import BEIJING, WorkingCalendar
from kit.deadlines import Term, due_of, next_mark, passed

CALENDAR = WorkingCalendar.from_library()
BEGIN = datetime(2021, 9, 30, 9, 0, tzinfo=BEIJING)  # a Thursday before a week of holidays
DUE = BEGIN + timedelta(hours=100)


@pytest.mark.parametrize(
    ("hours", "mark", "ahead"),
    [(0, 0, 50), (49.9, 0, 50), (50, 50, 80), (79.9, 50, 80), (80, 80, 100), (99.9, 80, 100), (100, 100, 0), (500, 100, 0)],
)
def test_a_mark_has_passed_from_its_moment_on(hours: float, mark: int, ahead: int) -> None:
    assert passed(BEGIN, DUE, BEGIN + timedelta(hours=hours)) == mark
    assert next_mark(BEGIN, DUE, mark) == (BEGIN + timedelta(hours=ahead) if ahead else None)


def test_a_term_ends_at_close_of_business() -> None:
    for term in (Term(days=1), Term(day=date(2021, 10, 8))):
        due = due_of(term, BEGIN, CALENDAR)
        assert due is not None
        assert due.at == datetime(2021, 10, 8, 9, 30, tzinfo=UTC)
    assert due_of(Term(), BEGIN, CALENDAR) is None
