"""What is there after a drill: all demands, timelines and messages, as the databases hold them and as the API shows them."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from stack.demo.client import Person
from stack.supervisor import Stack
from tests.chaos.people import People

Json = dict[str, Any]
# Demand, person, kind of message.
Message = tuple[str, str, str]
DEMANDS = """
SELECT d.id::text, d.title, to_jsonb(d) AS row, COALESCE(l.lines, '[]') AS lines FROM demand d
LEFT JOIN (SELECT demand_id, jsonb_agg(to_jsonb(e) ORDER BY sequence) AS lines FROM demand_event e GROUP BY demand_id) l
  ON l.demand_id = d.id
"""
MESSAGES = "SELECT subject_id::text, person_id::text, kind, count(*) AS times FROM notification GROUP BY 1, 2, 3"
UNPUBLISHED = "SELECT count(*) AS number FROM outbox WHERE published_at IS NULL"
DEAD = "SELECT count(*) AS number FROM dead_letter WHERE redriven_at IS NULL"
OWNERS = ("registry", "dispatch", "notify")
AT_ONCE = 8
SAMPLE = 200


@dataclass(frozen=True)
class Demand:
    """One demand: the columns of its row, and its timeline, oldest line first."""

    id: str
    title: str
    row: Json
    lines: list[Json]


@dataclass(frozen=True)
class Sightings:
    """What the databases hold."""

    demands: list[Demand]
    messages: Counter[Message]
    unpublished: int
    dead_letters: int


async def look(stack: Stack) -> Sightings:
    """Read the databases."""
    urls = {owner: stack.database_url(owner) for owner in OWNERS}
    demands, messages = await asyncio.gather(_rows(urls["dispatch"], DEMANDS), _rows(urls["notify"], MESSAGES))
    return Sightings(
        demands=[Demand(**row) for row in demands],
        messages=Counter({(row["subject_id"], row["person_id"], row["kind"]): row["times"] for row in messages}),
        unpublished=sum([(await _rows(url, UNPUBLISHED))[0]["number"] for url in urls.values()]),
        dead_letters=sum([(await _rows(urls[owner], DEAD))[0]["number"] for owner in OWNERS]),
    )


async def _rows(url: str, query: str) -> list[Json]:
    def read() -> list[Json]:
        with psycopg.connect(url, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()

    return await asyncio.to_thread(read)


async def disagreements(found: Sightings, people: People, rng: random.Random) -> list[str]:
    """Where the API shows something else than the databases hold: in lists, inboxes, and a sample of timelines."""
    listed = {row["id"]: row async for row in people.supervisor.all_of("/demands", "demands")}
    held = {demand.id: demand for demand in found.demands}
    wrong = [f"demand {one} is in the list or the database alone" for one in sorted(listed.keys() ^ held.keys())]
    wrong += [
        f"demand {one} is {listed[one]['state']} in the list and {held[one].row['state']} in the database"
        for one in sorted(listed.keys() & held.keys())
        if (listed[one]["state"].upper(), listed[one]["version"]) != (held[one].row["state"], held[one].row["version"])
    ]
    shown = await _inboxes(people.everybody)
    wrong += [
        f"message {message} is {shown[message]} times in the inbox and {found.messages[message]} times in the database"
        for message in sorted(shown.keys() | found.messages.keys())
        if shown[message] != found.messages[message]
    ]
    sample = rng.sample(found.demands, min(SAMPLE, len(found.demands)))
    return wrong + await _timelines(sample, people.supervisor)


async def _inboxes(people: Iterable[Person]) -> Counter[Message]:
    shown: Counter[Message] = Counter()
    for person in people:
        async for message in person.all_of("/notifications", "notifications"):
            shown[message["subject_id"], person.id, message["kind"]] += 1
    return shown


async def _timelines(sample: list[Demand], reader: Person) -> list[str]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def differs(demand: Demand) -> bool:
        async with gate:
            lines = (await reader.get(f"/demands/{demand.id}/timeline"))["events"]
        return [_gist(line) for line in lines] != [_gist(line) for line in demand.lines]

    differing = await asyncio.gather(*map(differs, sample))
    return [f"timeline of {one.title}: API and database differ" for one, yes in zip(sample, differing, strict=True) if yes]


def _gist(line: Json) -> tuple[Any, ...]:
    return line["sequence"], line["type"], line["state"].upper(), line["person_id"], line["lead_unit_code"] or ""
