"""What another calendar does to running clocks, one by one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kit.calendar import WorkingCalendar
from services.dispatch.recounting import recount
from services.dispatch.rules import Clock

GUESSED = WorkingCalendar({2030: {}})
TABLE = {date(2031, 1, day): day == 4 for day in (1, 2, 3, 4)}
KNOWN = WorkingCalendar({2030: {}, 2031: TABLE})
MONDAY = datetime(2030, 12, 30, 2, 0, tzinfo=UTC)


def closing(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)


def clock(days: int | None, **fields: Any) -> dict[str, Any]:
    """A clock as it was started on Monday."""
    due = GUESSED.add_workdays(MONDAY, days) if days else GUESSED.due_on(fields["term_day"])
    row = {"kind": Clock.CLASSIFY, "started_at": MONDAY, "counted_from": MONDAY, "term_days": days, "term_day": None}
    row |= {"due_at": due.at, "provisional": due.provisional, "fired": 0, "next_look": MONDAY + (due.at - MONDAY) / 2}
    return row | {"paused_at": None, "stopped_at": None, "breached_at": None, "day_off": None} | fields


def changed(row: dict[str, Any], now: datetime = MONDAY, promised: date | None = None) -> dict[str, Any]:
    """What changes in a clock, and that nothing more does when it is counted once more, then or later."""
    found = recount([row], promised, now, KNOWN)
    after = found[0].after if found else row
    assert recount([after], promised, now, KNOWN) == []
    assert recount([after], promised, now + timedelta(days=400), KNOWN) == []
    return {name: value for name, value in after.items() if value != row[name]}


def test_a_due_time_that_the_table_confirms_only_becomes_definite() -> None:
    assert changed(clock(1)) == {"provisional": False}


def test_a_due_time_moves_with_its_warnings() -> None:
    due = closing(date(2031, 1, 4))
    assert changed(clock(2)) == {"provisional": False, "due_at": due, "next_look": MONDAY + (due - MONDAY) / 2}


@pytest.mark.parametrize("fired", [50, 80])
def test_a_warning_that_was_given_is_not_given_again(fired: int) -> None:
    due, next_mark = closing(date(2031, 1, 4)), {50: 0.8, 80: 1.0}[fired]
    found = changed(clock(2, fired=fired, next_look=MONDAY))
    assert found == {"provisional": False, "due_at": due, "next_look": MONDAY + (due - MONDAY) * next_mark}


def test_what_stands_still_gets_no_next_look() -> None:
    row = clock(2, paused_at=MONDAY, next_look=None)
    assert changed(row) == {"provisional": False, "due_at": closing(date(2031, 1, 4))}


@pytest.mark.parametrize("row", [clock(2, stopped_at=MONDAY, next_look=None), clock(2, due_at=None)])
def test_what_stopped_or_has_no_end_is_let_be(row: dict[str, Any]) -> None:
    assert changed(row) == {}


def test_a_breach_that_the_table_shows_to_be_none_is_taken_back() -> None:
    thursday = datetime(2031, 1, 2, 2, 0, tzinfo=UTC)
    due = closing(date(2031, 1, 4))
    row = clock(2, fired=100, breached_at=thursday, next_look=None)
    assert changed(row, thursday) == {
        "provisional": False,
        "due_at": due,
        "fired": 80,
        "next_look": due,
        "breached_at": None,
    }
    assert recount([row], None, thursday, KNOWN)[0].lifted


def test_a_breach_that_is_one_either_way_stays() -> None:
    monday = datetime(2031, 1, 6, 2, 0, tzinfo=UTC)
    row = clock(2, fired=100, breached_at=monday, next_look=None)
    assert changed(row, monday) == {"provisional": False, "due_at": closing(date(2031, 1, 4))}


def test_nobody_is_late_after_the_fact() -> None:
    """A table that came late says that the Saturday before was worked."""
    sooner = WorkingCalendar({2030: {}, 2031: {date(2031, 1, 4): True}})
    row, saturday = clock(5), datetime(2031, 1, 4, 12, 0, tzinfo=UTC)
    assert row["due_at"] == closing(date(2031, 1, 6))
    (late,) = recount([row], None, saturday, sooner)
    assert (late.after["due_at"], late.after["next_look"]) == (row["due_at"], row["next_look"])
    assert recount([late.after], None, saturday + timedelta(days=9), sooner) == []
    (early,) = recount([row], None, saturday - timedelta(days=1), sooner)
    assert early.after["due_at"] == closing(date(2031, 1, 4))


@pytest.mark.parametrize("kind", [Clock.HANDLE, Clock.ORDER])
def test_a_named_day_stays_and_is_marked_where_it_became_a_free_one(kind: Clock) -> None:
    row = clock(None, kind=kind, term_day=date(2031, 1, 2))
    assert changed(row) == {"provisional": False, "day_off": True}
    assert recount([row], None, MONDAY, KNOWN)[0].fell_free
    again = row | {"day_off": True, "provisional": False}
    assert changed(again) == {}
    weekday = clock(None, kind=kind, term_day=date(2031, 1, 7), day_off=True)
    assert changed(weekday) == {"provisional": False, "day_off": None}


def test_a_day_that_need_not_be_a_working_day_is_not_marked() -> None:
    assert changed(clock(None, kind=Clock.PARK_REVIEW, term_day=date(2031, 1, 2))) == {"provisional": False}


def test_a_promise_that_was_paused_stays_its_day() -> None:
    """After standing still it runs for what was left, but the enterprise was told the day."""
    row = clock(2, kind=Clock.HANDLE)
    assert changed(row, promised=date(2031, 1, 1)) == {"provisional": False, "day_off": True}
