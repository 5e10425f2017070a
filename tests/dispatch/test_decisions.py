"""Every decision that needs no database: plans, terms, routes, replies, ratings, days."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role

from kit.calendar import BEIJING, WorkingCalendar
from kit.deadlines import Term, due_of
from kit.errors import ServiceError
from services.dispatch import errors, rules
from services.dispatch.rules import (
    Action,
    Clock,
    Disposition,
    Lead,
    Plan,
    ReplyKind,
    Solved,
    Terms,
    TriageReason,
)

CALENDAR, TERMS = WorkingCalendar.from_library(), Terms()
THURSDAY = datetime(2021, 9, 30, 15, 0, tzinfo=BEIJING)  # before a week of holidays; 9 October is a Saturday that is worked


def day(text: str) -> date:
    return date.fromisoformat(text)


def plan(kind: Disposition, **fields: Any) -> Plan:
    values: dict[str, Any] = {"explanation": "", "promised_on": None, "condition_tags": (), "review_on": None}
    return Plan(kind, **(values | fields))


def reference(**fields: Any) -> Plan:
    given: dict[str, Any] = {"explanation": "待细则", "condition_tags": ("待细则出台",), "review_on": day("2021-11-01")}
    return plan(Disposition.REFERENCE, **(given | fields))


def promise(on: str) -> Plan:
    return plan(Disposition.TIME_BOUND, promised_on=day(on))


PLANS: list[tuple[Plan, type[ServiceError] | None]] = [
    (plan(Disposition.IMMEDIATE), None),
    (plan(Disposition.TIME_BOUND), errors.PromisedDayMissing),
    (promise("2021-09-29"), errors.PromisedDayPast),
    (promise("2021-09-30"), errors.PromisedDayPast),
    (promise("2021-10-01"), errors.PromisedDayNotAWorkday),
    (promise("2021-10-07"), errors.PromisedDayNotAWorkday),
    (promise("2021-10-08"), None),
    (promise("2021-10-09"), None),
    (promise("2021-10-10"), errors.PromisedDayNotAWorkday),
    (promise("2021-10-13"), None),
    (promise("2021-10-14"), None),  # the centre is to agree
    (promise("9999-12-31"), errors.PromisedDayTooFar),
    (promise("0001-01-01"), errors.PromisedDayPast),
    (reference(), None),
    (reference(explanation=""), errors.ExplanationMissing),
    (reference(explanation=" \u3000\n"), errors.ExplanationMissing),
    (reference(condition_tags=()), errors.ConditionTagMissing),
    (reference(review_on=None), errors.ReviewDayMissing),
    (reference(review_on=day("2021-09-30")), errors.ReviewDayOutOfRange),
    (reference(review_on=day("2021-10-01")), None),
    (reference(review_on=day("2021-12-29")), None),
    (reference(review_on=day("2021-12-30")), errors.ReviewDayOutOfRange),
    (reference(review_on=day("9999-12-31")), errors.ReviewDayOutOfRange),
]


@pytest.mark.parametrize(("asked", "refusal"), PLANS)
def test_a_disposition_has_the_content_its_kind_demands(asked: Plan, refusal: type[ServiceError] | None) -> None:
    expect(refusal, lambda: rules.check_plan(asked, THURSDAY, CALENDAR, TERMS))


def expect(refusal: type[ServiceError] | None, act: Callable[[], object]) -> None:
    if refusal is None:
        act()
        return
    with pytest.raises(refusal):
        act()


def test_the_day_changes_at_midnight_in_shanghai() -> None:
    before, after = datetime(2021, 10, 7, 15, 59, tzinfo=UTC), datetime(2021, 10, 7, 16, 1, tzinfo=UTC)
    rules.check_plan(promise("2021-10-08"), before, CALENDAR, TERMS)
    with pytest.raises(errors.PromisedDayPast):
        rules.check_plan(promise("2021-10-08"), after, CALENDAR, TERMS)


def test_caps_are_settings_and_are_told() -> None:
    last, over = day("2021-10-13"), day("2021-10-14")
    assert not rules.is_over_cap(last, THURSDAY.date(), 1, CALENDAR, TERMS)
    assert rules.is_over_cap(over, THURSDAY.date(), 1, CALENDAR, TERMS)
    assert rules.is_over_cap(last, THURSDAY.date(), 2, CALENDAR, TERMS)  # a second round has less time
    with pytest.raises(errors.ReviewDayOutOfRange) as refused_review:
        rules.check_plan(reference(), THURSDAY, CALENDAR, Terms(review_cap_days=7))
    assert refused_review.value.metadata == {"cap": "7"}


def closing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T17:30+08:00")


@pytest.mark.parametrize(
    ("clock", "start", "on", "due"),
    [
        (Clock.TRIAGE, "2021-09-17", None, "2021-09-18"),  # a Friday before a Saturday that is worked
        (Clock.ACCEPT, "2021-09-18", None, "2021-09-22"),
        (Clock.HANDLE, "2021-09-30", None, "2021-10-08"),
        (Clock.HANDLE, "2021-09-30", "2021-10-12", "2021-10-12"),
        (Clock.PARK_REVIEW, "2021-09-30", "2021-11-06", "2021-11-06"),
        (Clock.RATING, "2021-09-30", None, "2021-10-20"),
        (Clock.CLASSIFY, "2021-09-30", None, "2021-10-09"),
    ],
)
def test_clocks_run_in_working_days(clock: Clock, start: str, on: str | None, due: str) -> None:
    begin = datetime.fromisoformat(f"{start}T09:00+08:00")
    found = due_of(rules.term_of(clock, 1, TERMS, day(on) if on else None), begin, CALENDAR)
    assert found
    assert (found.at, found.provisional) == (closing(due), False)


def test_a_clock_that_reaches_into_a_year_without_a_table_is_provisional() -> None:
    last = max(year for year in range(2020, 2040) if not CALENDAR.is_provisional(year))
    due = due_of(Term(days=10), datetime(last, 12, 31, 2, tzinfo=UTC), CALENDAR)
    assert due
    assert due.provisional


def lead(code: str = "hrss", contacts: int = 1) -> Lead:
    return Lead(code, code, 1, tuple(uuid4() for _ in range(contacts)))


def test_a_demand_goes_to_its_one_agency_or_to_the_centre() -> None:
    only = lead(contacts=2)
    plain = {"conflict": False, "judicial": False}
    assert rules.route("hrss", [only], **plain) is only
    assert rules.route("hrss", [lead(contacts=0)], **plain) is TriageReason.NO_CONTACT
    assert rules.route("hrss", [], **plain) is TriageReason.NO_SINGLE_LEAD
    assert rules.route("hrss", [lead(), lead("court")], **plain) is TriageReason.NO_SINGLE_LEAD
    assert rules.route(rules.UNSURE, [only], **plain) is TriageReason.UNSURE
    assert rules.route("hrss", [only], conflict=True, judicial=True) is TriageReason.CONFLICT
    assert rules.route("court", [only], conflict=False, judicial=True) is TriageReason.JUDICIAL


@pytest.mark.parametrize(
    ("text", "judicial"),
    [
        ("案号（2021）沪0116民初1234号，何时开庭", True),
        ("(2024)沪 0116 执 88 号 还没执行", True),
        ("〔2023〕沪01民终5号", True),
        ("2021年沪府规5号文件怎么理解", False),
        ("（2021）年度审计报告第3号附件", False),
        ("（２０２１）沪０１１６刑初９号", True),
        ("检察院的文书是沪金检刑诉〔2021〕15号", True),
        ("国质检〔2015〕23号文件还有效吗", False),
        ("房产证号0116", False),
    ],
)
def test_a_case_number_is_known_by_its_form(text: str, judicial: bool) -> None:
    assert rules.is_judicial("", text, "hrss", before_court=False) is judicial
    assert rules.is_judicial(text, "", "hrss", before_court=False) is judicial


@pytest.mark.parametrize(
    ("text", "category", "before_court", "judicial"),
    [
        ("我司作为被告的案子还在审，何时能判", "court", False, True),
        ("判决执行中，被执行人转移财产", "court", False, True),
        ("案件正在审查起诉", "procuratorate", False, True),
        ("想了解怎样申请强制执行", "court", False, False),  # advice on how to go to court is the court's to give
        ("正在审理劳动合同文本，请帮忙看看", "hrss", False, False),
        ("与员工的争议", "hrss", True, True),
    ],
)
def test_a_pending_matter_is_known_by_what_is_said_of_a_court_or_by_the_enterprises_word(
    text: str, category: str, before_court: bool, judicial: bool
) -> None:
    assert rules.is_judicial(text, "正文", category, before_court) is judicial
    assert rules.is_judicial("标题", text, category, before_court) is judicial


HANDLER, CONTACT, CENTRE = (int(r) for r in (Role.ROLE_AGENCY_HANDLER, Role.ROLE_AGENCY_CONTACT, Role.ROLE_CENTRE_OPERATOR))


@pytest.mark.parametrize(
    ("kind", "basis", "roles", "outcome"),
    [
        (ReplyKind.ANSWER, "《劳动合同法》", {HANDLER}, Action.ANSWER),
        (ReplyKind.ANSWER, "《劳动合同法》", {HANDLER, CENTRE}, Action.ANSWER),
        (ReplyKind.ANSWER, " \u3000", {HANDLER}, errors.LegalBasisMissing),
        (ReplyKind.ANSWER, "《劳动合同法》", {CONTACT}, errors.ReplyKindNotAllowed),
        (ReplyKind.ANSWER, "《劳动合同法》", {CENTRE}, errors.ReplyKindNotAllowed),
        (ReplyKind.DIRECT, "", {CENTRE}, Action.REPLY_DIRECTLY),
        (ReplyKind.GUIDANCE, "", {CENTRE}, Action.REPLY_DIRECTLY),
        (ReplyKind.DIRECT, "", {HANDLER}, errors.ReplyKindNotAllowed),
        (ReplyKind.GUIDANCE, "", set(), errors.ReplyKindNotAllowed),
    ],
)
def test_each_kind_of_reply_is_somebodys(
    kind: ReplyKind, basis: str, roles: set[int], outcome: Action | type[ServiceError]
) -> None:
    if isinstance(outcome, Action):
        assert rules.check_reply(kind, basis, frozenset(roles)) is outcome
        return
    with pytest.raises(outcome):
        rules.check_reply(kind, basis, frozenset(roles))


def test_only_the_content_close_and_satisfied_is_asked_apart_from_solved() -> None:
    content = {(level, solved) for level in range(1, 6) for solved in Solved if rules.is_content(level, solved)}
    assert content == {(level, solved) for level in (3, 4, 5) for solved in (Solved.YES, Solved.PARTLY)}


@pytest.mark.parametrize("text", ["2021-02-29", "2021-13-01", "0000-01-01", "2021-9-30", "tomorrow", "2021-09-30T00:00"])
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(errors.DayInvalid) as refused:
        rules.read_day(text, "promised_on")
    assert refused.value.metadata == {"field": "promised_on"}
    assert rules.read_day("", "promised_on") is None
