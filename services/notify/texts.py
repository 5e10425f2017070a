"""Turns a stored message into words: the text of its kind, with times and names as people write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kit.calendar import BEIJING
from services.notify.catalogue import TEXTS, VARIANTS
from services.notify.catalogue.phrases import (
    AGENCY_LEAD,
    CENTRE,
    CO_HANDLER,
    FACT_OF_PHRASE,
    IN_TIME,
    PHRASES,
    SOME_UNIT,
    SOON,
)
from services.notify.catalogue.text import Language, Text
from services.notify.rules import Kind

MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Message:
    """What a text is made of."""

    kind: Kind
    subject_id: UUID
    serial: str
    facts: Mapping[str, Any]
    happened_at: datetime
    unit_name: str

    @property
    def due(self) -> datetime | None:
        return self.moment("due")

    @property
    def starts(self) -> datetime | None:
        return self.moment("starts")

    def moment(self, fact: str) -> datetime | None:
        return datetime.fromisoformat(self.facts[fact]) if self.facts.get(fact) else None


def render(message: Message, language: Language) -> tuple[str, str]:
    """Title and body of a message."""
    text = text_of(message)
    values = {name: _phrase(name, message, language) for name in PHRASES}
    values |= {"serial": message.serial, "unit": unit_of(message, language)}
    values |= {"due": _due(message, language)}
    values |= {fact: _time_of(fact, message, language) for fact in ("starts", "opens")}
    values |= {"holder": holder_of(message, language), "round": _round(message)}
    body = text.body[language].format(**values)
    return text.title[language], body[0].upper() + body[1:]


def text_of(message: Message) -> Text:
    """The text of a kind; that of the fact's value where the kind has several."""
    fact = VARIANTS.get(message.kind)
    if fact is None:
        return TEXTS[message.kind]
    found = TEXTS.get((message.kind, message.facts.get(fact)))
    return found or TEXTS.get((message.kind, "")) or TEXTS[message.kind, False]


def unit_of(message: Message, language: Language) -> str:
    """Who is at it: the agency by name, or the centre while no agency is in the lead."""
    if message.unit_name:
        return message.unit_name
    return (SOME_UNIT if message.facts.get("unit") else CENTRE)[language]


def _round(message: Message) -> str:
    """Only a demand that was opened again is told with its round."""
    given = message.facts.get("round")
    return str(given) if isinstance(given, int) else "2"


def holder_of(message: Message, language: Language) -> str:
    """Who holds the clock that a message is about; the agency in the lead unless the fact says otherwise."""
    holder, unit = message.facts.get("holder"), unit_of(message, language)
    others = {"CENTRE": CENTRE, "CO_HANDLER": CO_HANDLER, "AGENCY_LEAD": AGENCY_LEAD}
    return others[str(holder)][language].format(unit=unit) if holder in others else unit


def _phrase(name: str, message: Message, language: Language) -> str:
    phrases = PHRASES[name]
    return phrases.get(message.facts.get(FACT_OF_PHRASE[name], ""), phrases[""])[language]


def _due(message: Message, language: Language) -> str:
    """The due time as people write it: 11月24日17:30前; with the year if it is not the one the message was written in."""
    if message.due is None:
        return IN_TIME[language]
    written = _written(message.due, message, language)
    return f"{written}前" if language == "zh" else f"by {written}"


def _time_of(fact: str, message: Message, language: Language) -> str:
    """When a lecture begins, or booking opens: 11月24日14:00."""
    moment = message.moment(fact)
    if moment is None:
        return SOON[language]
    written = _written(moment, message, language)
    return written if language == "zh" else f"at {written}"


def _written(moment: datetime, message: Message, language: Language) -> str:
    there = moment.astimezone(BEIJING)
    other_year = there.year != message.happened_at.astimezone(BEIJING).year
    if language == "zh":
        return f"{f'{there.year}年' if other_year else ''}{there.month}月{there.day}日{there:%H:%M}"
    return f"{there:%H:%M} on {there.day} {MONTHS[there.month - 1]}{f' {there.year}' if other_year else ''}"


def wechat_values(fields: Mapping[str, str], message: Message) -> dict[str, str | datetime]:
    """What a WeChat template shows. Templates are Chinese, and times are filled in as such: kit.wechat fits the rest."""
    values: dict[str, str | datetime] = {
        "serial": message.serial,
        "title": render(message, "zh")[0],
        "unit": unit_of(message, "zh"),
        "due": message.due or message.starts or message.happened_at,
        "when": message.happened_at,
    }
    return {key: values[name] for key, name in fields.items()}
