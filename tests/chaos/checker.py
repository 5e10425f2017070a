"""The judgement: what the clients were told, against what is there. Pure, so that its own tests can lie to it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.dispatch.moves import INITIAL, STATE_COLUMNS
from tests.chaos.history import History, Operation, Outcome
from tests.chaos.sightings import Demand, Message, Sightings

MOMENTS = frozenset({"updated_at", "closed_at", "held_since"})
ROUTED = ["submitted", "dispatched"]
# What clocks send by themselves in a run that goes on past a warning.
BY_THE_CLOCK = ("deadline_", "rating_reminder", "centre_deadline")
EXAMPLES = 3


@dataclass
class Verdict:
    """Counts of what must not be, of what must, and every other fault in words. `sound` are titles with nothing amiss."""

    demands: int = 0
    lost_demands: list[str] = field(default_factory=list)
    lost_messages: list[Message] = field(default_factory=list)
    doubled_demands: list[str] = field(default_factory=list)
    doubled_messages: list[Message] = field(default_factory=list)
    phantoms: list[str] = field(default_factory=list)
    routed_once: int = 0
    inbox_once: int = 0
    sound: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return len(self.lost_demands) + len(self.lost_messages)

    @property
    def doubled(self) -> int:
        return len(self.doubled_demands) + len(self.doubled_messages)

    def in_words(self) -> list[str]:
        """Everything that is wrong, with a few examples of each."""
        kinds: dict[str, list[Any]] = {
            "acknowledged demands lost": self.lost_demands,
            "messages lost": self.lost_messages,
            "demands doubled": self.doubled_demands,
            "messages doubled": self.doubled_messages,
            "demands that nobody sent": self.phantoms,
        }
        return [_some(what, found) for what, found in kinds.items() if found] + self.faults


def _some(what: str, found: Iterable[Any]) -> str:
    some = list(found)
    return f"{len(some)} {what}, such as {', '.join(map(str, some[:EXAMPLES]))}"


def judge(history: History, found: Sightings, agencies: Mapping[str, str]) -> Verdict:
    """Compare. `agencies` are the ids of the agencies' contacts by unit code."""
    submits = {operation.mark: operation for operation in history.of("submit")}
    by_title: dict[str, list[Demand]] = defaultdict(list)
    for demand in found.demands:
        by_title[demand.title].append(demand)
    verdict = Verdict(demands=sum(one.outcome is Outcome.OK for one in submits.values()))
    _count_demands(verdict, submits, by_title)
    accepts = {operation.mark: operation for operation in history.of("accept")}
    amiss = _count_routes(verdict, found.demands, submits, accepts)
    amiss |= _count_messages(verdict, found, submits, agencies)
    verdict.sound = {demand.title for demand in found.demands if demand.id not in amiss} - set(verdict.doubled_demands)
    refused = [f"{one.kind} {one.mark}: {one.attempts[-1].why}" for one in history.operations if _was_refused(one)]
    if refused:
        verdict.faults.append(_some("requests refused", refused))
    if found.unpublished:
        verdict.faults.append(f"{found.unpublished} events never published")
    if found.dead_letters:
        verdict.faults.append(f"{found.dead_letters} dead letters")
    return verdict


def _was_refused(operation: Operation) -> bool:
    return any(attempt.outcome is Outcome.FAILED for attempt in operation.attempts)


def _count_demands(verdict: Verdict, submits: Mapping[str, Operation], by_title: Mapping[str, list[Demand]]) -> None:
    for mark, operation in submits.items():
        there = {demand.id for demand in by_title.get(mark, ())}
        if operation.outcome is Outcome.OK and not operation.demand_ids <= there:
            verdict.lost_demands.append(mark)
        if len(there | operation.demand_ids) > 1:
            verdict.doubled_demands.append(mark)
    verdict.phantoms = [title for title in by_title if title not in submits or submits[title].outcome is Outcome.FAILED]


def _count_routes(
    verdict: Verdict, demands: Iterable[Demand], submits: Mapping[str, Operation], accepts: Mapping[str, Operation]
) -> set[str]:
    """Count what was routed once; return the ids of demands whose timeline is not what it must be."""
    wrong: dict[str, str] = {}
    for demand in demands:
        types = [line["type"] for line in demand.lines]
        unit = submits[demand.title].unit if demand.title in submits else ""
        leads = [line["lead_unit_code"] for line in demand.lines if line["type"] == "dispatched"]
        if leads == [unit] == [demand.row["lead_unit_code"]]:
            verdict.routed_once += 1
        else:
            wrong[demand.id] = f"routed as {types} to {demand.row['lead_unit_code']}"
        if types not in _possible(accepts.get(demand.id)):
            wrong[demand.id] = f"has the lines {types}"
        elif [line["sequence"] for line in demand.lines] != list(range(1, demand.row["version"] + 1)):
            wrong[demand.id] = "has gaps in its versions"
        elif not _folds(demand):
            wrong[demand.id] = "is not what its timeline folds to"
    if wrong:
        verdict.faults.append(_some("timelines wrong", (f"{id} {what}" for id, what in wrong.items())))
    return set(wrong)


def _possible(accept: Operation | None) -> list[list[str]]:
    """The timelines that a demand may have, by what is known of its acceptance."""
    accepted = [*ROUTED, "accepted"]
    if accept is None or accept.outcome is Outcome.FAILED:
        return [ROUTED]
    return [accepted] if accept.outcome is Outcome.OK else [ROUTED, accepted]


def _folds(demand: Demand) -> bool:
    """Whether the changes of all lines, one after the other, amount to the row."""
    folded: dict[str, Any] = dict(INITIAL)
    for line in demand.lines:
        folded |= line["changes"]
    return set(folded) == set(STATE_COLUMNS) and all(
        _plain(name, value) == _plain(name, demand.row[name]) for name, value in folded.items()
    )


def _plain(column: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if column in MOMENTS and value else value


def _count_messages(
    verdict: Verdict, found: Sightings, submits: Mapping[str, Operation], agencies: Mapping[str, str]
) -> set[str]:
    """Count the messages that came once; return the ids of demands about which one did not."""
    expected = set(_expected(found.demands, submits, agencies))
    present = Counter(
        {message: times for message, times in found.messages.items() if not message[2].startswith(BY_THE_CLOCK)}
    )
    verdict.inbox_once = sum(present[message] == 1 for message in expected)
    verdict.lost_messages = sorted(message for message in expected if not present[message])
    verdict.doubled_messages = sorted(message for message in expected if present[message] > 1)
    if strange := sorted(present.keys() - expected):
        verdict.faults.append(_some("messages to nobody concerned", strange))
    return {message[0] for message in [*verdict.lost_messages, *verdict.doubled_messages, *strange]}


def _expected(demands: Iterable[Demand], submits: Mapping[str, Operation], agencies: Mapping[str, str]) -> Iterable[Message]:
    """Whom each demand's timeline has told, once each."""
    for demand in demands:
        if demand.title not in submits:
            continue
        types, liaison = [line["type"] for line in demand.lines], submits[demand.title].person_id
        if "dispatched" in types:
            yield demand.id, agencies[submits[demand.title].unit], "demand_dispatched"
            yield demand.id, liaison, "demand_routed"
        if "accepted" in types:
            yield demand.id, liaison, "demand_accepted"
