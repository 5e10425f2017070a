"""Where a demand stands: who holds it, since when, until when, what comes next, whom to call (demand-lifecycle: States).

An enterprise is spoken to; staff are told whose move it is, and whoever is to make it is asked to. What is shown for one
version of a demand stays the same: days are named, never "overdue".
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.gateway.texts import Language, Text
from services.gateway.texts.demands import UNNAMED, day_text
from services.gateway.texts.states import CENTRE, ENTERPRISE, LIAISON, LOOKED_BACK, NOBODY, STAFF


class Reader(StrEnum):
    """Who reads: the enterprise's contact, or a member of staff by what they are to this demand."""

    ENTERPRISE = "enterprise"
    CONTACT = "contact"
    HANDLER = "handler"
    LEAD = "lead"
    CO_HANDLER = "co_handler"
    CENTRE = "centre"
    SUPERVISOR = "supervisor"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a status is made of. `due` is that of the clock that counts now; `by_centre`: answered, and the centre's turn.

    `decider` is whom a request is before, until `decision_due`; while it waits the agency's own clock may be `paused`.
    """

    state: str
    since: date
    due: date | None = None
    disposition: str = ""
    unit: str = ""
    by_centre: bool = False
    shielded: bool = False
    decider: Reader | None = None
    decision_due: date | None = None
    paused: bool = False

    @property
    def key(self) -> str:
        """The row of the tables below that tells it."""
        narrowed = f"{self.state} {self.disposition}"
        if self.state == "replied" and self.by_centre:
            return LOOKED_BACK
        return narrowed if narrowed in STAFF else self.state


R = Reader
AGENCY_READERS = frozenset({R.CONTACT, R.HANDLER, R.LEAD})
# Whose move it is among staff. Nobody's, where it is the enterprise's.
ACTORS: dict[str, frozenset[Reader]] = {
    "triage": frozenset({R.CENTRE}),
    "return_review": frozenset({R.CENTRE}),
    LOOKED_BACK: frozenset({R.CENTRE}),
    "dispatched": frozenset({R.CONTACT, R.HANDLER}),
    "accepted": frozenset({R.HANDLER}),
    "handling": frozenset({R.HANDLER}),
    "parked": frozenset({R.HANDLER}),
}
AT_CENTRE = frozenset({"submitted", "triage", "return_review", LOOKED_BACK, "closed", "withdrawn"})
AT_ENTERPRISE = frozenset({"awaiting_enterprise", "replied"})

TO_ENTERPRISE = Text(
    "{what}（{since}起，{term}）。下一步：{next}。有疑问请致电{call}。",
    "{what} (since {since}, {term}). Next: {next}. With questions, call {call}.",
)
TO_ACTOR = Text(
    "{label}：请您{until}{task}（{since}起）。下一步：{next}。需要协调请致电{call}。",
    "{label}: please {task} {until} (yours since {since}). Next: {next}. To settle questions, call {call}.",
)
TO_OTHERS = Text(
    "{label}：由{holder}{until}{task}（{since}起）。下一步：{next}。了解情况请致电{call}。",
    "{label}: {holder} is to {task} {until} (since {since}). Next: {next}. For news, call {call}.",
)
TO_ALL = Text(
    "{label}：不再由任何一方办理（{since}起，没有后续期限）。下一步：{next}。了解情况请致电{call}。",
    "{label}: nobody holds it any more (since {since}, no time limit runs). Next: {next}. For news, call {call}.",
)
ASKED = Text("有一项申请由{decider}{until}决定。", "{decider} is to decide a request {until}.")
ASKED_OF_YOU = Text("有一项申请请您{until}决定。", "Please decide a request {until}.")
UNDER_REVIEW = Text("办理意见正在审核。", "What is proposed is being decided.")
DECIDERS = {R.LEAD: Text("{unit}分管负责人", "the lead of {unit}"), R.CENTRE: CENTRE}
UNTIL = Text("于{day}前", "by {day}")
SOON = Text("尽快", "as soon as possible")
EITHER = Text("{unit}或区综治中心", "{unit} or the governance centre")


def status_text(standing: Standing, reader: Reader, language: Language) -> str:
    """Who holds the demand, since when, until when, what comes next, and whom to call."""
    unit = standing.unit or (CENTRE if standing.state in AT_ENTERPRISE else UNNAMED).say(language)
    values = {"unit": unit, "until": _until(standing.due, standing, language), "since": day_text(standing.since, language)}
    values["call"] = _whom_to_call(standing, reader).say(language, unit=unit)
    if reader is Reader.ENTERPRISE:
        told = ENTERPRISE[standing.key if standing.key == LOOKED_BACK else standing.state]
        parts = {name: text.say(language, **values) for name, text in told._asdict().items()}
        return _sentence(TO_ENTERPRISE.say(language, **values, **parts)) + _asked(standing, reader, unit, language)
    task = STAFF[standing.key]
    parts = {name: text.say(language, **values) for name, text in task._asdict().items()}
    acts = reader in ACTORS.get(_base(standing), ()) and not standing.paused
    frame = TO_ALL if task.holder is NOBODY else TO_ACTOR if acts else TO_OTHERS
    return _sentence(frame.say(language, **values, **parts)) + _asked(standing, reader, unit, language)


def state_label(state: str, language: Language) -> str | None:
    """The name of a state; None for one we do not know."""
    known = STAFF.get(state)
    return known.label.say(language) if known else None


def _base(standing: Standing) -> str:
    return LOOKED_BACK if standing.key == LOOKED_BACK else standing.state


def _asked(standing: Standing, reader: Reader, unit: str, language: Language) -> str:
    """What waits for somebody's yes, after the rest; nothing where nothing does."""
    if standing.decider is None:
        return ""
    text = UNDER_REVIEW if reader is Reader.ENTERPRISE else ASKED_OF_YOU if reader is standing.decider else ASKED
    until = _until(standing.decision_due, standing, language)
    said = text.say(language, decider=DECIDERS[standing.decider].say(language, unit=unit), until=until)
    return f" {_sentence(said)}" if language == "en" else said


def _until(due: date | None, standing: Standing, language: Language) -> str:
    """With its year where that is not the one the stretch began in."""
    if due is None:
        return SOON.say(language)
    text = day_text(due, language)
    if due.year != standing.since.year:
        text = f"{text} {due.year}" if language == "en" else f"{due.year}年{text}"
    return UNTIL.say(language, day=text)


def _whom_to_call(standing: Standing, reader: Reader) -> Text:
    """The office that can tell, or help: never the reader's own. Numbers of people are not for everybody's eyes."""
    where = _base(standing)
    if reader is Reader.ENTERPRISE:
        return CENTRE if where in AT_CENTRE or not standing.unit else EITHER
    if reader is Reader.CENTRE:
        return Text("{unit}", "{unit}") if standing.unit else LIAISON
    if reader in AGENCY_READERS and where in AT_ENTERPRISE and not standing.shielded:
        return LIAISON
    if reader in AGENCY_READERS or where in AT_CENTRE or not standing.unit:
        return CENTRE
    return Text("{unit}", "{unit}")


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
