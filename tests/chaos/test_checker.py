"""The checker finds each kind of fault in what is otherwise sound, and none in what is sound."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from services.dispatch.moves import INITIAL
from tests.chaos.checker import Verdict, judge
from tests.chaos.history import History, Operation, Outcome
from tests.chaos.points import all_points, host_of
from tests.chaos.sightings import Demand, Sightings

AGENCIES = {"hrss": "anna", "court": "carl"}
FIRST, SECOND = "demand-1", "demand-2"
World = tuple[History, Sightings]


def demand(id: str, title: str, *types: str) -> Demand:
    """A routed demand of 区人社局 whose timeline folds to its row."""
    changes: dict[str, Any] = dict(INITIAL)
    lines = [
        {"type": kind, "sequence": number, "lead_unit_code": "hrss", "changes": {**changes, "version": number}}
        for number, kind in enumerate(types, 1)
    ]
    row = {**changes, "version": len(types), "lead_unit_code": "hrss"}
    lines[1]["changes"] = {**lines[1]["changes"], "lead_unit_code": "hrss"}  # type: ignore[dict-item]
    for line in lines[2:]:
        line["changes"] = {"version": line["sequence"]}
    return Demand(id, title, row, lines)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two demands, one of them accepted, and whom they told."""
    history = History(tmp_path / "history.jsonl")
    for title, id in (("one", FIRST), ("two", SECOND)):
        tell(history, "submit", title, id)
    tell(history, "accept", SECOND, SECOND)
    demands = [demand(FIRST, "one", "submitted", "dispatched"), demand(SECOND, "two", "submitted", "dispatched", "accepted")]
    told = (("anna", "demand_dispatched"), ("eva", "demand_routed"))
    messages = [(id, who, kind) for id in (FIRST, SECOND) for who, kind in told]
    return history, Sightings(demands, Counter([*messages, (SECOND, "eva", "demand_accepted")]), 0, 0)


def tell(history: History, kind: Any, mark: str, id: str, outcome: Outcome = Outcome.OK) -> None:
    operation = history.begin(Operation(kind, f"key of {mark}", mark, "eva", "hrss", "kills"))
    history.note(operation, time.time(), outcome, "201", {"id": id, "state": "dispatched"})


def verdict_on(world: World) -> Verdict:
    return judge(*world, AGENCIES)


def test_what_is_sound_is_found_sound(world: World) -> None:
    verdict = verdict_on(world)
    assert verdict.in_words() == []
    assert (verdict.demands, verdict.routed_once, verdict.inbox_once, verdict.sound) == (2, 2, 5, {"one", "two"})


def without(world: World, *ids: str) -> World:
    return world[0], replace(world[1], demands=[one for one in world[1].demands if one.id not in ids])


def test_a_lost_demand_is_found(world: World) -> None:
    assert verdict_on(without(world, FIRST)).lost_demands == ["one"]


def test_a_demand_of_which_nobody_was_told_may_be_there_or_not(world: World) -> None:
    tell(world[0], "submit", "three", "", Outcome.UNKNOWN)
    assert verdict_on(world).in_words() == []
    world[1].demands.append(demand("demand-3", "three", "submitted", "dispatched"))
    world[1].messages.update([("demand-3", "anna", "demand_dispatched"), ("demand-3", "eva", "demand_routed")])
    assert verdict_on(world).in_words() == []


@pytest.mark.parametrize("title", ["nobody's", "refused"])
def test_a_demand_that_nobody_sent_or_that_was_refused_is_a_phantom(world: World, title: str) -> None:
    tell(world[0], "submit", "refused", "", Outcome.FAILED)
    world[1].demands.append(demand("demand-4", title, "submitted", "dispatched"))
    assert verdict_on(world).phantoms == [title]


def test_a_second_demand_under_the_same_key_is_found(world: World) -> None:
    world[1].demands.append(demand("demand-5", "one", "submitted", "dispatched"))
    assert verdict_on(world).doubled_demands == ["one"]


def test_two_answers_to_the_same_key_are_found(world: World) -> None:
    operation = next(world[0].of("submit"))
    world[0].note(operation, time.time(), Outcome.OK, "201", {"id": "demand-6", "state": "dispatched"})
    assert verdict_on(world).doubled_demands == ["one"]


def spoilt(world: World, spoil: Callable[[Demand], object]) -> Verdict:
    spoil(world[1].demands[1])
    return verdict_on(world)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: one.lines.pop(),
        lambda one: one.lines.append(one.lines[1]),
        lambda one: one.lines[2].update(sequence=4),
        lambda one: one.lines[1].update(lead_unit_code="court"),
        lambda one: one.row.update(state="WITHDRAWN"),
    ],
    ids=["line missing", "routed twice", "gap", "wrong agency", "row is not what the timeline tells"],
)
def test_a_timeline_that_is_not_as_it_must_be_is_found(world: World, spoil: Callable[[Demand], object]) -> None:
    verdict = spoilt(world, spoil)
    assert "timelines wrong" in verdict.faults[0]
    assert verdict.sound == {"one"}


@pytest.mark.parametrize(("times", "lost", "doubled"), [(0, 1, 0), (2, 0, 1)])
def test_a_message_lost_or_doubled_is_found(world: World, times: int, lost: int, doubled: int) -> None:
    world[1].messages[SECOND, "eva", "demand_accepted"] = times
    verdict = verdict_on(world)
    assert (verdict.lost, verdict.doubled, verdict.inbox_once, verdict.sound) == (lost, doubled, 4, {"one"})


def test_a_message_to_somebody_else_is_found(world: World) -> None:
    world[1].messages[FIRST, "carl", "demand_dispatched"] = 1
    assert verdict_on(world).sound == {"two"}


def test_what_was_never_published_or_given_up_is_found(world: World) -> None:
    assert len(verdict_on((world[0], replace(world[1], unpublished=1, dead_letters=1))).faults) == 2


def test_every_fault_point_of_the_code_has_a_process_that_gets_there() -> None:
    points = all_points()
    assert len(points) >= 20
    assert {host_of(point) for point in points} == {"gateway", "dispatch", "notify"}
