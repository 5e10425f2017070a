"""What is decided about consultations without looking at anything else."""

from datetime import UTC, datetime, timedelta

import pytest

from kit.calendar import WorkingCalendar
from services.courses.rules.consultations import (
    ConsultationTerms,
    SessionTimes,
    demand_body,
    demand_title,
    quarter_over,
    slot_times,
)

TERMS = ConsultationTerms(5, 1, WorkingCalendar({2026: {}, 2027: {}}))
MONDAY = datetime(2026, 6, 1, 1, tzinfo=UTC)  # nine o'clock in Shanghai


def test_the_window_is_some_working_days_and_never_more_than_half_of_the_time() -> None:
    far = TERMS.open_to_all_at(MONDAY, MONDAY + timedelta(days=40))
    assert far == datetime(2026, 6, 8, 9, 30, tzinfo=UTC)  # close of business on the Monday after
    soon = TERMS.open_to_all_at(MONDAY, MONDAY + timedelta(days=2))
    assert soon == MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("minutes", "slot", "count"), [(180, 30, 6), (179, 30, 5), (30, 30, 1), (29, 30, 0), (240, 240, 1), (100, 45, 2)]
)
def test_what_is_left_at_the_end_is_no_slot(minutes: int, slot: int, count: int) -> None:
    assert SessionTimes(MONDAY, MONDAY + timedelta(minutes=minutes), slot).slot_count == count


def test_slots_follow_one_another() -> None:
    assert slot_times(MONDAY, 20, 1) == (MONDAY, MONDAY + timedelta(minutes=20))
    assert slot_times(MONDAY, 20, 4) == (MONDAY + timedelta(minutes=60), MONDAY + timedelta(minutes=80))


@pytest.mark.parametrize(
    ("year", "quarter", "moment", "over"),
    [
        (2026, 2, datetime(2026, 6, 30, 15, 59, 59, tzinfo=UTC), False),
        (2026, 2, datetime(2026, 6, 30, 16, tzinfo=UTC), True),  # midnight in Shanghai
        (2026, 4, datetime(2026, 12, 31, 15, 59, tzinfo=UTC), False),
        (2026, 4, datetime(2026, 12, 31, 16, tzinfo=UTC), True),
        (2026, 1, datetime(2026, 3, 31, 16, tzinfo=UTC), True),
    ],
)
def test_a_quarter_ends_at_midnight_in_shanghai(year: int, quarter: int, moment: datetime, over: bool) -> None:
    assert quarter_over(year, quarter, moment) is over


def test_a_demand_is_titled_by_the_first_line_of_the_question() -> None:
    assert demand_title("  年审逾期怎么办？\n我们……") == "现场咨询：年审逾期怎么办？"
    long = demand_title("长" * 500)
    assert (len(long), long[-1]) == (100, "…")


def test_the_longest_record_fits_into_a_demand() -> None:
    assert len(demand_body("问" * 2000, "答" * 2000, "办" * 900)) <= 5000
