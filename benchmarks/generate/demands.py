"""The rows of generated demands: who sent what and when, and where it stands by now."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.generate.cast import NAMED, Cast, Enterprise
from benchmarks.generate.texts import TOPICS, Writer
from services.dispatch import rules, words

YEARS = 5
SPAN = timedelta(days=365 * YEARS)
# How many lines lead to a state.
LENGTHS = {
    "TRIAGE": 2, "DISPATCHED": 2, "ACCEPTED": 3, "HANDLING": 4, "PARKED": 4, "REPLIED": 5, "CLOSED": 7, "WITHDRAWN": 3,
}  # fmt: skip
# Of a hundred demands up to so many days old, how many are in which state.
AGES: tuple[tuple[float, dict[str, float]], ...] = (
    (1, {"TRIAGE": 15, "DISPATCHED": 80, "WITHDRAWN": 5}),
    (3, {"DISPATCHED": 10, "ACCEPTED": 80, "REPLIED": 8, "WITHDRAWN": 2}),
    (8, {"HANDLING": 75, "REPLIED": 20, "PARKED": 3, "WITHDRAWN": 2}),
    (22, {"HANDLING": 1, "REPLIED": 50, "CLOSED": 45, "PARKED": 2, "WITHDRAWN": 2}),
    (120, {"CLOSED": 96, "PARKED": 1.7, "REPLIED": 0.3, "WITHDRAWN": 2}),
    (10**6, {"CLOSED": 97.95, "REPLIED": 0.05, "WITHDRAWN": 2}),
)
ON_BEHALF = 0.015
ASSISTED, AGAINST_AN_AGENCY = 0.05, 0.01
TAG = "待市级细则出台"
COLUMNS = (
    "id",
    "serial",
    "kind",
    "category_code",
    "title",
    "body",
    "channel",
    "enterprise_id",
    "enterprise_name",
    "designation_id",
    "area_code",
    "year",
    "submitted_by",
    "submitted_for_by_unit",
    "request_id",
    "request_hash",
    "submitted_at",
    "state",
    "round",
    "lead_unit_code",
    "triage_reason",
    "disposition",
    "promised_on",
    "review_on",
    "rating_expired",
    "closed_at",
    "updated_at",
    "version",
    "holder",
    "holder_unit",
    "held_since",
    "condition_tags",
    "subject_unit_code",
)
CO_COLUMNS = ("demand_id", "round", "unit_code", "added_by", "added_at", "released_at", "opinion", "waive_reason")
Row = dict[str, Any]


def demands(number: int, cast: Cast, seed: int, now: datetime) -> Iterator[Row]:
    """So many demands, oldest first, evenly over the last years."""
    lots, writer = random.Random(seed), Writer(seed)
    pause = SPAN / number
    for running in range(1, number + 1):
        yield _demand(running, now - SPAN + pause * (running - lots.random()), now, lots, writer, cast)


def search_line(row: Row) -> str:
    found = words.search_row(row)
    return f"{found['demand_id']}\t{found['number']}\t{found['words']}\tt\n"


def demand_line(row: Row) -> str:
    return _line(row, COLUMNS)


def co_handler_lines(row: Row) -> str:
    """Assisting agencies; an answer or a withdrawal released them."""
    over = row["updated_at"] if row["state"] in ("REPLIED", "CLOSED", "WITHDRAWN") else None
    more = {
        "demand_id": row["id"],
        "added_by": row["submitted_by"],
        "added_at": row["submitted_at"],
        "released_at": over,
        "opinion": "",
        "waive_reason": "",
    }
    return "".join(_line(row | more | {"unit_code": unit}, CO_COLUMNS) for unit in row["co_units"])


def _line(row: Row, columns: Sequence[str]) -> str:
    """The row as COPY reads it."""
    return "\t".join("\\N" if (value := row[name]) is None else str(value) for name in columns) + "\n"


def _demand(number: int, at: datetime, now: datetime, lots: random.Random, writer: Writer, cast: Cast) -> Row:
    state = _state(lots, (now - at) / timedelta(days=1))
    category = "unsure" if state == "TRIAGE" else _category(lots)
    title, body = writer.write(category)
    sender = _sender(lots, cast)
    lead = "" if state == "TRIAGE" else _lead(lots, category, cast)
    others = [code for code in cast.contacts if code not in ("centre", lead)]
    on_behalf = lots.random() < ON_BEHALF
    moved = min(now, at + timedelta(hours=7 * LENGTHS[state]))
    return {
        "id": _id(at, number, lots),
        "serial": f"FH{at.year}-{number:06d}",
        "kind": "DEMAND" if lots.random() < 0.9 else "SUGGESTION",
        "category_code": category,
        "title": title,
        "body": body,
        "channel": "PHONE" if on_behalf else "MINI_PROGRAM",
        "enterprise_id": sender.id,
        "enterprise_name": sender.name,
        "designation_id": sender.designation,
        "area_code": sender.area,
        "year": at.year,
        "submitted_by": sender.liaison,
        "submitted_for_by_unit": f"area-{sender.area}" if on_behalf else "",
        "request_id": f"{lots.getrandbits(128):032x}",
        "request_hash": f"\\\\x{lots.getrandbits(256):064x}",
        "submitted_at": at,
        "lead_unit_code": lead,
        "subject_unit_code": lots.choice(others) if lots.random() < AGAINST_AN_AGENCY else "",
        "co_units": [lots.choice(others)] if lead and lots.random() < ASSISTED else [],
        **_standing(state, lead, at, moved),
    }


def _standing(state: str, lead: str, at: datetime, moved: datetime) -> Row:
    parked, promised = state == "PARKED", state in ("HANDLING", "REPLIED", "CLOSED")
    holder = rules.HOLDERS.get(rules.State(state))
    return {
        "state": state,
        "holder": holder,
        "holder_unit": lead if holder == rules.Party.AGENCY else "",
        "held_since": moved if holder else None,
        "condition_tags": "{" + TAG + "}" if parked else "{}",
        "round": 1,
        "triage_reason": "UNSURE" if state == "TRIAGE" else None,
        "disposition": "REFERENCE" if parked else "TIME_BOUND" if promised else None,
        "promised_on": (at + timedelta(days=7)).date() if promised else None,
        "review_on": (at + timedelta(days=90)).date() if parked else None,
        "rating_expired": False,
        "closed_at": moved if state == "CLOSED" else None,
        "updated_at": moved,
        "version": LENGTHS[state],
    }


def _state(lots: random.Random, days: float) -> str:
    share = next(shares for most, shares in AGES if days <= most)
    return lots.choices(list(share), list(share.values()))[0]


def _category(lots: random.Random) -> str:
    return lots.choice(list(TOPICS))


def _lead(lots: random.Random, category: str, cast: Cast) -> str:
    """The category's agency; of ten what nobody was sure of, and now and then another one."""
    if category != "unsure" and lots.random() < 0.99:
        return category
    return lots.choice([code for code in cast.contacts if code != "centre"])


def _sender(lots: random.Random, cast: Cast) -> Enterprise:
    """Two in three demands come from the 171."""
    first, last = (0, NAMED) if lots.random() < 0.67 else (NAMED, len(cast.enterprises))
    return cast.enterprises[lots.randrange(first, last)]


def _id(at: datetime, number: int, lots: random.Random) -> UUID:
    """A UUID of version 7 for this moment; those that share a millisecond are in order."""
    milliseconds = int(at.astimezone(UTC).timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | (number & 0xFFF) << 64 | 2 << 62 | lots.getrandbits(62))
