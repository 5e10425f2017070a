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
    """What a status is made of. `due` is that of the clock that counts now; `by_centre`: answered, and the centre's turn."""

    state: str
    since: date
    due: date | None = None
    disposition: str = ""
    unit: str = ""
    by_centre: bool = False
    shielded: bool = False

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
UNTIL = Text("于{day}前", "by {day}")
SOON = Text("尽快", "as soon as possible")
EITHER = Text("{unit}或区综治中心", "{unit} or the governance centre")


def status_text(standing: Standing, reader: Reader, language: Language) -> str:
    """Who holds the demand, since when, until when, what comes next, and whom to call."""
    unit = standing.unit or (CENTRE if standing.state in AT_ENTERPRISE else UNNAMED).say(language)
    until = UNTIL.say(language, day=_due_text(standing, language)) if standing.due else SOON.say(language)
    values = {"unit": unit, "until": until, "since": day_text(standing.since, language)}
    values["call"] = _whom_to_call(standing, reader).say(language, unit=unit)
    if reader is Reader.ENTERPRISE:
        told = ENTERPRISE[standing.key if standing.key == LOOKED_BACK else standing.state]
        parts = {name: text.say(language, **values) for name, text in told._asdict().items()}
        return _sentence(TO_ENTERPRISE.say(language, **values, **parts))
    task = STAFF[standing.key]
    parts = {name: text.say(language, **values) for name, text in task._asdict().items()}
    acts = reader in ACTORS.get(_base(standing), ())
    frame = TO_ALL if task.holder is NOBODY else TO_ACTOR if acts else TO_OTHERS
    return _sentence(frame.say(language, **values, **parts))


def state_label(state: str, language: Language) -> str | None:
    """The name of a state; None for one we do not know."""
    known = STAFF.get(state)
    return known.label.say(language) if known else None


def _base(standing: Standing) -> str:
    return LOOKED_BACK if standing.key == LOOKED_BACK else standing.state


def _due_text(standing: Standing, language: Language) -> str:
    """With its year where that is not the one the stretch began in."""
    due = standing.due or standing.since
    text = day_text(due, language)
    if due.year == standing.since.year:
        return text
    return f"{text} {due.year}" if language == "en" else f"{due.year}年{text}"


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
