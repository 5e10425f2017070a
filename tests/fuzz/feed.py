"""Real things for random requests to be about: without them nearly every answer would be "not found"."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from kit.calendar import BEIJING
from stack.demo.client import Json, Person, Refused

MOST = 200
DAYS_AHEAD = 12
# Which part of a request gets which words, and how often; otherwise it gets random ones.
WORDS = {
    "body.category_code": "categories",
    "body.unit_code": "units",
    "body.subject_unit_code": "units",
    "body.enterprise_id": "enterprises",
    "body.notification_ids[*]": "notifications",
    "body.template_ids[*]": "templates",
    "body.promised_on": "days",
    "body.review_on": "days",
    "query.agency": "units",
    "query.area": "areas",
    "query.category": "categories",
}
PROBABILITY = 0.7
PATHS = {"demand_id": "demands", "enterprise_id": "enterprises", "task_id": "call tasks", "person_id": "people"}
PATHS |= {"survey_id": "surveys"}
PATHS |= {"recommendation_id": "recommendations"}


@dataclass
class Feed:
    """Ids and codes by what they are of, and the present version of whatever has one."""

    words: dict[str, list[str]] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def learn(self, kind: str, row: Mapping[str, Any]) -> None:
        """Note something that the API told of."""
        known = self.words.setdefault(kind, [])
        if row["id"] not in self.versions and len(known) < MOST:
            known.append(str(row["id"]))
        if "version" in row:
            self.versions[str(row["id"])] = int(row["version"])

    def pick(self, kind: str, drawn: str) -> str:
        """Every other time something real instead of what was drawn, and the same each time the same is drawn."""
        lot, known = crc32(drawn.encode()), self.words.get(kind, [])
        return known[lot // 2 % len(known)] if known and lot % 2 else drawn

    @property
    def dictionaries(self) -> dict[str, dict[str, Sequence[str]]]:
        """For the generator: the words that requests are to contain."""
        return {kind: {"values": self.words[kind]} for kind in set(WORDS.values()) if self.words.get(kind)}


async def feed_for(person: Person) -> Feed:
    """What this person may see."""
    today = datetime.now(BEIJING).date()
    feed = Feed({"days": [(today + timedelta(days=ahead)).isoformat() for ahead in range(-1, DAYS_AHEAD)]})
    for path, kind, name in (
        ("/categories", "categories", "code"),
        ("/units", "units", "code"),
        ("/areas", "areas", "code"),
    ):
        feed.words[kind] = [str(one[name]) for one in (await person.get(path))[kind]]
    found = (await person.get("/notification-templates"))["templates"]
    feed.words["templates"] = [str(one["id"]) for one in found]
    await _learn_all(feed, "demands", lambda: person.all_of("/demands", "demands"))
    await _learn_all(feed, "notifications", lambda: person.all_of("/notifications", "notifications"))
    await _learn_all(feed, "enterprises", lambda: person.all_of("/enterprises", "enterprises"))
    await _learn_all(feed, "call tasks", lambda: person.all_of("/call-tasks", "call_tasks"))
    await _learn_all(feed, "surveys", lambda: person.all_of("/surveys", "surveys"))
    await _learn_all(feed, "recommendations", lambda: person.all_of("/recommendations", "recommendations"))
    feed.words["people"] = [person.id]
    return feed


async def _learn_all(feed: Feed, kind: str, rows: Callable[[], AsyncIterator[Json]]) -> None:
    """Learn a list, unless this person may not see it."""
    try:
        async for row in rows():
            feed.learn(kind, row)
    except Refused as refused:
        if refused.reason != "PERMISSION_DENIED":
            raise
