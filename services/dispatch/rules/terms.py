"""How long things may take, and when a clock is due. The notice names no number of days: these are defaults."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import replace as with_values
from datetime import date, datetime

from kit.calendar import WorkingCalendar
from kit.deadlines import Term
from services.dispatch import errors
from services.dispatch.rules.words import Clock, Party


@dataclass(frozen=True, slots=True)
class Terms:
    """Working days, unless the name says calendar days."""

    triage: int = 1
    accept: int = 1
    contact: int = 1
    classify: int = 2
    immediate: int = 1
    promise_cap: int = 5
    rework: int = 3
    rating: int = 10
    look_back: int = 3
    approval: int = 1
    info: int = 5
    opinion: int = 3
    revive: int = 3
    report: int = 15  # how far ahead a promise may lie without interim reports, and from each of them to the next
    return_within: int = 1
    extend_before: int = 1
    extensions: int = 2
    info_requests: int = 2
    park_reviews: int = 2  # those that need nobody's yes
    review_cap_days: int = 90
    sample_days: int = 30
    reopen_days: int = 30
    sign_immediate: bool = False  # whether the agency's lead signs the answer to what is handled at once, too


# What may be set otherwise for an agency or a category: from, to, and what it counts. A demand has room for two extensions
# and two rounds of questions.
SETTABLE: Mapping[str, tuple[int, int, str]] = {
    "triage": (1, 10, "workdays"),
    "accept": (1, 10, "workdays"),
    "contact": (1, 10, "workdays"),
    "classify": (1, 10, "workdays"),
    "immediate": (1, 10, "workdays"),
    "promise_cap": (1, 60, "workdays"),
    "rework": (1, 60, "workdays"),
    "rating": (1, 60, "workdays"),
    "look_back": (1, 60, "workdays"),
    "approval": (1, 10, "workdays"),
    "info": (1, 60, "workdays"),
    "opinion": (1, 60, "workdays"),
    "revive": (1, 60, "workdays"),
    "report": (1, 60, "workdays"),
    "return_within": (1, 10, "workdays"),
    "extend_before": (1, 10, "workdays"),
    "extensions": (0, 2, "times"),
    "info_requests": (0, 2, "times"),
    "park_reviews": (0, 10, "times"),
    "review_cap_days": (1, 365, "days"),
    "reopen_days": (0, 365, "days"),
}
# Of an agency ("" for any) in a category ("" for any): the terms that differ from the defaults, by name.
OwnTerms = Mapping[tuple[str, str], Mapping[str, int]]


def check_own_terms(terms: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The terms by name. Raises TermInvalid for one that is unknown, named twice or out of its range."""
    found: dict[str, int] = {}
    for name, value in terms:
        least, most, _ = SETTABLE.get(name, (0, 0, ""))
        if name not in SETTABLE or name in found or not least <= value <= most:
            raise errors.TermInvalid(term=name, least=str(least), most=str(most))
        found[name] = value
    return found


def own_terms(own: OwnTerms, unit_code: str, category_code: str) -> dict[str, int]:
    """What is set for an agency in a category: the agency's word counts more than the category's, both together most."""
    found: dict[str, int] = {}
    for key in dict.fromkeys([("", ""), ("", category_code), (unit_code, ""), (unit_code, category_code)]):
        found |= own.get(key, {})
    return found


def terms_with(default: Terms, own: OwnTerms, unit_code: str, category_code: str) -> Terms:
    """The terms that hold for an agency in a category."""
    found = own_terms(own, unit_code, category_code)
    return with_values(default, **found) if found else default  # type: ignore[arg-type]  # all that can be set are numbers


CLOCK_HOLDER: dict[Clock, Party] = {
    Clock.TOTAL: Party.PLATFORM,
    Clock.TRIAGE: Party.CENTRE,
    Clock.ACCEPT: Party.AGENCY,
    Clock.CONTACT: Party.AGENCY,
    Clock.CLASSIFY: Party.AGENCY,
    Clock.HANDLE: Party.AGENCY,
    Clock.PARK_REVIEW: Party.AGENCY,
    Clock.RATING: Party.LIAISON,
    Clock.LOOK_BACK: Party.CENTRE,
    Clock.APPROVAL: Party.CENTRE,
    Clock.INFO: Party.LIAISON,
    Clock.OPINION: Party.CO_HANDLER,
    Clock.ORDER: Party.AGENCY,
    Clock.REPORT: Party.AGENCY,
}


def term_of(clock: Clock, round: int, terms: Terms, day: date | None) -> Term:
    """The term of a clock that starts now."""
    if clock is Clock.TOTAL:
        return Term()
    if day is not None:
        return Term(day=day)
    days = {
        Clock.TRIAGE: terms.triage,
        Clock.ACCEPT: terms.accept if round == 1 else terms.rework,
        Clock.CONTACT: terms.contact,
        Clock.CLASSIFY: terms.classify if round == 1 else terms.rework,
        Clock.HANDLE: terms.immediate,
        Clock.RATING: terms.rating,
        Clock.LOOK_BACK: terms.look_back,
        Clock.APPROVAL: terms.approval,
        Clock.INFO: terms.info,
        Clock.OPINION: terms.opinion,
        Clock.REPORT: terms.report,
        Clock.PARK_REVIEW: terms.revive,
    }
    return Term(days=days[clock])


def rest_of(paused_at: datetime, due_at: datetime, now: datetime, calendar: WorkingCalendar) -> int | None:
    """The working days that a clock gets which stood still: those it had left, at least one. None if it was overdue."""
    if paused_at >= due_at:
        return None
    return max(1, calendar.workdays_between(calendar.day_of(paused_at), calendar.day_of(due_at)))
