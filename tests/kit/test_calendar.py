"""Deadlines in Chinese working days: the make-up days that people really worked, and years not announced."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.calendar import BEIJING, WorkingCalendar, fraction_at, library_tables

CALENDAR = WorkingCalendar.from_library()
MOMENTS = st.datetimes(datetime(2004, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), BEIJING)


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2021, 9, 17), 1, date(2021, 9, 18)),  # a Saturday worked for Mid-Autumn
        (date(2021, 9, 18), 1, date(2021, 9, 22)),
        (date(2021, 9, 30), 1, date(2021, 10, 8)),
        (date(2021, 9, 30), 2, date(2021, 10, 9)),  # a Saturday worked for National Day
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
    ],
)
def test_deadlines_follow_the_holiday_notices(start: date, n: int, due: date) -> None:
    result = CALENDAR.add_workdays(_morning(start), n)
    assert result.at == datetime.combine(due, time(17, 30), BEIJING)
    assert result.at.tzinfo is UTC
    assert not result.provisional


def test_the_day_is_the_one_in_beijing() -> None:
    late_sunday_utc = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # half past midnight on Monday
    assert CALENDAR.add_workdays(late_sunday_utc, 1) == CALENDAR.due_on(date(2026, 11, 24))


def test_close_of_business_is_configurable() -> None:
    early = WorkingCalendar.from_library(close=time(16))
    assert early.due_on(date(2026, 11, 24)).at == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_a_year_not_yet_announced_counts_monday_to_friday_and_says_so() -> None:
    assert CALENDAR.is_provisional(2027)
    due = CALENDAR.add_workdays(_morning(date(2026, 12, 30)), 3)
    assert due.at == datetime.combine(date(2027, 1, 4), time(17, 30), BEIJING)
    assert due.provisional


def test_days_which_the_next_notice_may_still_move_are_provisional() -> None:
    """The notice for 2019 made 29 December 2018 a working Saturday and 31 December a free Monday."""
    only_2018 = WorkingCalendar({2018: {day: w for day, w in library_tables()[2018].items() if day.month < 12}})
    guessed = only_2018.add_workdays(_morning(date(2018, 12, 28)), 1)
    announced = CALENDAR.add_workdays(_morning(date(2018, 12, 28)), 1)
    assert guessed.provisional
    assert guessed.at != announced.at
    assert not announced.provisional
    assert CALENDAR.due_on(date(2026, 12, 31)).provisional
    assert not CALENDAR.due_on(date(2026, 12, 24)).provisional


def test_loading_the_next_year_settles_and_moves_deadlines() -> None:
    notice = {date(2027, 1, 1): False, date(2027, 1, 2): True, date(2026, 12, 31): False}
    calendar = WorkingCalendar(library_tables() | {2027: notice})
    due = calendar.add_workdays(_morning(date(2026, 12, 30)), 1)
    assert due == calendar.due_on(date(2027, 1, 2))
    assert not due.provisional


@given(MOMENTS, st.integers(1, 40))
def test_more_days_never_give_an_earlier_deadline_and_it_is_a_working_day(start: datetime, n: int) -> None:
    due, later = CALENDAR.add_workdays(start, n), CALENDAR.add_workdays(start, n + 1)
    assert start < due.at < later.at
    assert later.provisional or not due.provisional
    assert CALENDAR.is_workday(CALENDAR.day_of(due.at))


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=30)), st.integers(1, 10))
def test_starting_later_never_gives_an_earlier_deadline(start: datetime, wait: timedelta, n: int) -> None:
    assert CALENDAR.add_workdays(start, n).at <= CALENDAR.add_workdays(start + wait, n).at


@given(MOMENTS, st.integers(1, 40))
def test_counting_agrees_with_adding(start: datetime, n: int) -> None:
    first, last = CALENDAR.day_of(start), CALENDAR.day_of(CALENDAR.add_workdays(start, n).at)
    assert CALENDAR.workdays_between(first, last) == n
    assert CALENDAR.workdays_between(last, first) == -n


def test_warning_moments_lie_between_start_and_due() -> None:
    start, due = datetime(2026, 11, 23, 1, tzinfo=UTC), datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert fraction_at(start, due, 0.5) == datetime(2026, 11, 23, 17, 15, tzinfo=UTC)
    assert fraction_at(start, due, 1) == due


def test_ambiguous_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CALENDAR.add_workdays(datetime(2026, 11, 23), 1)
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.add_workdays(_morning(date(2026, 11, 23)), 0)
    with pytest.raises(TypeError):
        CALENDAR.is_workday(datetime(2026, 11, 23))
