"""What is decided without looking anything up: where a demand goes, whether a plan, reply or request has what it needs."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from kit.calendar import WorkingCalendar
from services.dispatch import errors
from services.dispatch.rules.table import AGENCY_LEAD, BEFORE_REPLY, CENTRE_ROLES, HANDLER
from services.dispatch.rules.terms import Terms
from services.dispatch.rules.words import (
    Action,
    Disposition,
    LookBackOutcome,
    OrderLevel,
    ReplyKind,
    Solved,
    State,
    TriageReason,
)

FAR_DAYS = 366  # no promise is that far ahead; spares counting working days up to the year 9999
UNSURE = "unsure"  # the category 不确定
UNNAMED = "某联系点企业"  # what stands for the name of an enterprise that shields itself, in texts that others read
LAST_PLAIN_ROUND = 2  # later rounds are told to the supervisors, who call the parties together
ATTEMPTS = 3  # of reaching an enterprise in a look-back, before that itself is its outcome
# What every case number has, as people type it: found quickly in texts that have none.
YEAR = re.compile(r"[（(［\[〔]\s*\d{4}\s*[）)］\]〕]")
# （2021）沪0116民初1234号, with whatever brackets and blanks people type; 沪金检刑诉〔2021〕5号. Of normalised text.
CASE_NUMBER = re.compile(
    r"[(\[〔]\s*(?:19|20)\d{2}\s*[)\]〕]\s*[\u4e00-\u9fff]{1,3}\s*\d{0,4}\s*"
    r"[民刑行执破赔财辖知诉清司检][\u4e00-\u9fff]{0,4}\s*第?\s*\d+\s*号"
    r"|(?<!质)检[刑民行公诉执控申捕]{1,3}\s*[(\[〔]\s*(?:19|20)\d{2}\s*[)\]〕]\s*[A-Z]?\d+\s*号"
)
COURTS = frozenset({"court", "procuratorate"})  # categories, and the agencies they lead to
# What enterprises say of a matter that a court or a procuratorate has in hand.
PENDING = re.compile(r"在审|审理中|正在审理|执行中|正在执行|已立案|开庭|诉讼中|上诉中|再审中|审查起诉|检察监督中")


@dataclass(frozen=True, slots=True)
class Lead:
    """An agency that a rule leads to, as it stands now."""

    unit_code: str
    unit_name: str
    rule_version: int
    contact_ids: tuple[UUID, ...]


def is_judicial(title: str, body: str, category_code: str, before_court: bool) -> bool:
    """Whether a matter lies before a court or a procuratorate: by the enterprise's own word, by a case number, or by what is
    told of a court or procuratorate.
    """
    if before_court or _names_case(title) or _names_case(body):
        return True
    return category_code in COURTS and bool(PENDING.search(title) or PENDING.search(body))


def _names_case(text: str) -> bool:
    if "号" not in text or not YEAR.search(text):
        return False
    return CASE_NUMBER.search(unicodedata.normalize("NFKC", text)) is not None


def route(category_code: str, leads: Sequence[Lead], *, conflict: bool, judicial: bool) -> Lead | TriageReason:
    """Decide where a new demand goes: to the one agency its category leads to, else to the centre, and why."""
    if conflict:
        return TriageReason.CONFLICT
    if judicial:
        return TriageReason.JUDICIAL
    if category_code == UNSURE:
        return TriageReason.UNSURE
    if len(leads) != 1:
        return TriageReason.NO_SINGLE_LEAD
    return leads[0] if leads[0].contact_ids else TriageReason.NO_CONTACT


@dataclass(frozen=True, slots=True)
class Plan:
    """A disposition as asked for, its days already read."""

    kind: Disposition
    explanation: str
    promised_on: date | None
    condition_tags: tuple[str, ...]
    review_on: date | None


def check_plan(plan: Plan, now: datetime, calendar: WorkingCalendar, terms: Terms) -> None:
    """Raise unless the disposition has the content its kind demands (三种情形必填内容)."""
    today = calendar.day_of(now)
    if plan.kind is Disposition.TIME_BOUND:
        check_promise(plan.promised_on, today, calendar)
    if plan.kind is Disposition.REFERENCE:
        if not plan.explanation.strip():
            raise errors.ExplanationMissing
        if not plan.condition_tags:
            raise errors.ConditionTagMissing
        check_review(plan.review_on, today, terms)


def check_promise(day: date | None, today: date, calendar: WorkingCalendar) -> date:
    """The promised day, if it is a working day ahead and within a year."""
    if day is None:
        raise errors.PromisedDayMissing
    if day <= today:
        raise errors.PromisedDayPast
    if (day - today).days > FAR_DAYS:
        raise errors.PromisedDayTooFar
    if not calendar.is_workday(day):
        raise errors.PromisedDayNotAWorkday
    return day


def cap_of(round: int, terms: Terms) -> int:
    """How many working days ahead an agency may promise by itself: never so far that interim reports would be due."""
    return min(terms.promise_cap if round == 1 else terms.rework, terms.report)


def is_over_cap(day: date, today: date, round: int, calendar: WorkingCalendar, terms: Terms) -> bool:
    """Whether a promised day needs the centre's yes."""
    return calendar.workdays_between(today, day) > cap_of(round, terms)


def needs_reports(day: date | None, today: date, calendar: WorkingCalendar, terms: Terms) -> bool:
    """Whether a promised day lies so far ahead that the enterprise is told in between how things stand."""
    return day is not None and calendar.workdays_between(today, day) > terms.report


def check_review(day: date | None, today: date, terms: Terms) -> date:
    """The day of review, if it lies ahead and not too far."""
    if day is None:
        raise errors.ReviewDayMissing
    if not 0 < (day - today).days <= terms.review_cap_days:
        raise errors.ReviewDayOutOfRange(cap=str(terms.review_cap_days))
    return day


def check_extension(
    day: date, promised: date, due_at: datetime, now: datetime, calendar: WorkingCalendar, terms: Terms
) -> None:
    """Raise unless an extension is asked for in time and for later."""
    today, due_day = calendar.day_of(now), calendar.day_of(due_at)
    if now >= due_at or calendar.workdays_between(today, due_day) < terms.extend_before:
        raise errors.ExtensionTooLate(days=str(terms.extend_before))
    if day <= promised:
        raise errors.ExtensionNotLater


def may_return(dispatched_at: datetime, now: datetime, calendar: WorkingCalendar, terms: Terms) -> bool:
    """Whether the time to send a demand back is not over yet."""
    return now <= calendar.add_workdays(dispatched_at, terms.return_within).at


def ends_assistance(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether those who assisted the lead are done with a demand: it is answered, withdrawn, or another's."""
    if not before["lead_unit_code"] or before["state"] not in BEFORE_REPLY:
        return False
    return after["state"] not in BEFORE_REPLY or after["lead_unit_code"] != before["lead_unit_code"]


def may_reopen(closed_at: datetime, now: datetime, terms: Terms) -> bool:
    """Whether the enterprise may still have its closed demand opened again."""
    return now - closed_at <= timedelta(days=terms.reopen_days)


def check_reply(kind: ReplyKind, legal_basis: str, roles: frozenset[int]) -> Action:
    """Return the action a reply is: the agency answers what it handles, the centre replies to what it assesses."""
    if kind is ReplyKind.ANSWER:
        if roles.isdisjoint(HANDLER | AGENCY_LEAD):
            raise errors.ReplyKindNotAllowed
        if not legal_basis.strip():
            raise errors.LegalBasisMissing
        return Action.ANSWER
    if kind is ReplyKind.INFEASIBLE or roles.isdisjoint(CENTRE_ROLES):
        raise errors.ReplyKindNotAllowed
    return Action.REPLY_DIRECTLY


def needs_signature(disposition: str | None, terms: Terms) -> bool:
    """Whether the agency's lead signs the answer."""
    return disposition != Disposition.IMMEDIATE or terms.sign_immediate


def is_content(satisfaction: int, solved: Solved) -> bool:
    """True if a rating closes the demand: 基本满意 or better, and not unsolved. Otherwise a look-back is due."""
    return satisfaction >= 3 and solved is not Solved.NO


def after_look_back(outcome: LookBackOutcome, state: State, *, may_rate: bool) -> Action | None:
    """What a look-back's outcome does to the demand, beside being written down.

    It closes nothing while the enterprise may still rate the answer: that is its own word to give.
    """
    if outcome in (LookBackOutcome.UNSOLVED, LookBackOutcome.RELAPSED):
        return Action.REWORK if state in (State.REPLIED, State.CLOSED) else None
    return Action.CLOSE_EXPLAINED if state is State.REPLIED and not may_rate else None


def rests(state: str) -> bool:
    """Whether nothing is to happen to a demand for now: where samples find those to look back on."""
    return state in (State.CLOSED, State.WITHDRAWN, State.PARKED)


def level_before(level: OrderLevel) -> OrderLevel | None:
    """The level that an order of this one must follow; None for the first."""
    levels = list(OrderLevel)
    position = levels.index(level)
    return levels[position - 1] if position else None


def check_order_day(day: date | None, today: date, calendar: WorkingCalendar) -> date:
    """The day an order is due on, if it is a working day ahead and within a year."""
    if day is None or not 0 < (day - today).days <= FAR_DAYS or not calendar.is_workday(day):
        raise errors.OrderDayInvalid
    return day


def read_day(text: str, field: str) -> date | None:
    """A day like "2026-11-30"; None if empty. Raises DayInvalid for one that no calendar has."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise errors.DayInvalid(field=field) from error
