"""Every reason that dispatch's contract lists, provoked: at the right moment, with the right facts, leaving no trace."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1.error_reason_pb2 import ErrorReason

from kit.errors import ServiceError
from services.dispatch import errors
from services.dispatch.rules import State
from tests.dispatch import scenes
from tests.dispatch.conftest import World, draft, on
from tests.dispatch.scenes import demand_at

Fields = Callable[[World], dict[str, Any]]


def timed(promised_on: Callable[[World], str]) -> Fields:
    return lambda world: {"kind": pb.DISPOSITION_KIND_TIME_BOUND, "promised_on": promised_on(world)}


def parked(**changes: Any) -> Fields:
    return lambda world: scenes.park(world) | changes


def reviewed(days: int) -> Fields:
    return lambda world: scenes.park(world) | {"review_on": str(scenes.today(world) + timedelta(days=days))}


def cap(world: World) -> dict[str, str]:
    return {"cap": str(world.course.terms.promise_cap)}


Expected = tuple[State, str, str, Fields, str, Callable[[World], dict[str, str]]]
NOTHING: Callable[[World], dict[str, str]] = lambda _world: {}  # noqa: E731
MOVES: list[Expected] = [
    (State.TRIAGE, "centre", "DispatchDemand", lambda _: {"unit_code": "nobody"}, "UNIT_NOT_AN_AGENCY", NOTHING),
    (State.TRIAGE, "centre", "DispatchDemand", lambda _: {"unit_code": "centre"}, "UNIT_NOT_AN_AGENCY", NOTHING),
    (State.TRIAGE, "centre", "DispatchDemand", lambda _: {"unit_code": "court"}, "UNIT_WITHOUT_CONTACT", NOTHING),
    (State.TRIAGE, "centre", "ReplyDemand", lambda _: scenes.ANSWER, "REPLY_KIND_NOT_ALLOWED", NOTHING),
    (State.ACCEPTED, "agency", "SetDisposition", parked(explanation="　\n"), "EXPLANATION_MISSING", NOTHING),
    (State.ACCEPTED, "agency", "SetDisposition", parked(condition_tags=[]), "CONDITION_TAG_MISSING", NOTHING),
    (State.ACCEPTED, "agency", "SetDisposition", parked(review_on=""), "REVIEW_DAY_MISSING", NOTHING),
    (State.ACCEPTED, "agency", "SetDisposition", reviewed(0), "REVIEW_DAY_OUT_OF_RANGE", lambda _: {"cap": "90"}),
    (State.ACCEPTED, "agency", "SetDisposition", reviewed(91), "REVIEW_DAY_OUT_OF_RANGE", lambda _: {"cap": "90"}),
    (State.ACCEPTED, "agency", "SetDisposition", timed(lambda _: ""), "PROMISED_DAY_MISSING", NOTHING),
    (State.ACCEPTED, "agency", "SetDisposition", timed(scenes.free_day), "PROMISED_DAY_NOT_A_WORKDAY", NOTHING),
    (State.ACCEPTED, "agency", "SetDisposition", timed(lambda w: str(scenes.today(w))), "PROMISED_DAY_PAST", NOTHING),
    (State.ACCEPTED, "agency", "SetDisposition", timed(lambda w: scenes.workday(w, 11)), "PROMISED_DAY_OVER_CAP", cap),
    (State.ACCEPTED, "agency", "SetDisposition", timed(lambda _: "9999-12-31"), "PROMISED_DAY_TOO_FAR", NOTHING),
    (
        State.ACCEPTED,
        "agency",
        "SetDisposition",
        timed(lambda _: "2026-02-30"),
        "DAY_INVALID",
        lambda _: {"field": "promised_on"},
    ),
    (
        State.ACCEPTED,
        "agency",
        "SetDisposition",
        parked(review_on="2026-13-01"),
        "DAY_INVALID",
        lambda _: {"field": "review_on"},
    ),
    (State.HANDLING, "agency", "ReplyDemand", lambda _: scenes.DIRECT, "REPLY_KIND_NOT_ALLOWED", NOTHING),
    (
        State.HANDLING,
        "agency",
        "ReplyDemand",
        lambda _: scenes.ANSWER | {"legal_basis": " "},
        "LEGAL_BASIS_MISSING",
        NOTHING,
    ),
]
HERE = Path(__file__).parent
ELSEWHERE = "".join(file.read_text("utf-8") for file in HERE.glob("test_*.py") if file.name != Path(__file__).name)


@pytest.mark.parametrize(("state", "who", "method", "fields", "reason", "facts"), MOVES)
async def test_content_that_is_not_in_order_is_refused(
    world: World, state: State, who: str, method: str, fields: Fields, reason: str, facts: Callable[[World], dict[str, str]]
) -> None:
    demand = await demand_at(world, state)
    actor = world.centre() if who == "centre" else world.agency()
    request = getattr(rpc, f"{method}Request")(on=on(demand), **fields(world))
    found = await world.refused(actor, method, request)
    assert (found.reason, found.domain, found.metadata) == (reason, "dispatch.fahu", facts(world))
    assert found.code in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION)


async def test_a_demand_that_is_not_there_is_not_found(world: World) -> None:
    nowhere = str(uuid4())
    ghost = pb.Demand(id=nowhere, version=1)
    for action in scenes.PATHS[State.CLOSED][1]:
        actor, method, fields = scenes.step(world, action)
        found = await world.refused(actor, method, getattr(rpc, f"{method}Request")(on=on(ghost), **fields))
        assert (found.code, found.reason) == (grpc.StatusCode.NOT_FOUND, "DEMAND_NOT_FOUND")
    for method, request in (
        ("GetDemand", rpc.GetDemandRequest(demand_id=nowhere)),
        ("ListDemandEvents", rpc.ListDemandEventsRequest(demand_id=nowhere)),
    ):
        found = await world.refused(world.supervisor(), method, request)
        assert (found.code, found.reason) == (grpc.StatusCode.NOT_FOUND, "DEMAND_NOT_FOUND")


def test_every_listed_reason_is_provoked_and_has_its_error() -> None:
    listed = {name.removeprefix("ERROR_REASON_") for name in ErrorReason.keys()} - {"UNSPECIFIED"}  # noqa: SIM118
    provoked = {expected[4] for expected in MOVES} | {reason for reason in listed if f'"{reason}"' in ELSEWHERE}
    assert provoked == listed
    raised = {
        kind.reason
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, ServiceError) and kind.__module__.startswith(errors.__name__)
    }
    assert raised == listed


LONG: list[tuple[State, str, dict[str, Any], list[str]]] = [
    (State.TRIAGE, "DispatchDemand", {"unit_code": "hrss", "note": "x" * 501}, ["note"]),
    (State.TRIAGE, "DispatchDemand", {"unit_code": ""}, ["unit_code"]),
    (State.ACCEPTED, "SetDisposition", {"kind": 1, "explanation": "x" * 2001}, ["explanation"]),
    (State.ACCEPTED, "SetDisposition", {"kind": 2, "promised_on": "tomorrow"}, ["promised_on"]),
    (
        State.ACCEPTED,
        "SetDisposition",
        {"kind": 3, "condition_tags": ["a", "\u3000", "b" * 41]},
        ["condition_tags[1]", "condition_tags[2]"],
    ),
    (State.ACCEPTED, "SetDisposition", {"kind": 3, "condition_tags": ["a", "a"]}, ["condition_tags"]),
    (
        State.HANDLING,
        "ReplyDemand",
        scenes.ANSWER | {"conclusion": "\u3000", "next_steps": " "},
        ["conclusion", "next_steps"],
    ),
    (State.HANDLING, "ReplyDemand", scenes.ANSWER | {"legal_basis": "x" * 2001, "claim": 0}, ["legal_basis", "claim"]),
    (State.REPLIED, "RateDemand", {"satisfaction": 0, "solved": 1}, ["satisfaction"]),
    (
        State.REPLIED,
        "RateDemand",
        {"satisfaction": 6, "solved": 0, "comment": "x" * 1001},
        ["satisfaction", "solved", "comment"],
    ),
    (State.DISPATCHED, "WithdrawDemand", {"reason": "\u3000"}, ["reason"]),
    (State.DISPATCHED, "WithdrawDemand", {"reason": "a\x00b"}, ["reason"]),
]
ACTORS: dict[str, Callable[[World], Any]] = {
    "DispatchDemand": lambda world: world.centre(),
    "RateDemand": lambda world: world.enterprise.actor(),
    "WithdrawDemand": lambda world: world.enterprise.actor(),
}


@pytest.mark.parametrize(("state", "method", "fields", "at_fault"), LONG)
async def test_fields_that_break_the_contract_are_all_named(
    world: World, state: State, method: str, fields: dict[str, Any], at_fault: list[str]
) -> None:
    demand = await demand_at(world, state)
    actor = ACTORS[method](world) if method in ACTORS else world.agency()
    found = await world.refused(actor, method, getattr(rpc, f"{method}Request")(on=on(demand), **fields))
    assert (found.reason, [violation.field for violation in found.violations]) == ("FIELDS_INVALID", at_fault)


@pytest.mark.parametrize("given", [{}, {"demand_id": "7"}, {"expected_version": 0}, {"request_id": ""}])
async def test_a_change_names_its_demand_version_and_request(world: World, given: dict[str, Any]) -> None:
    demand = await demand_at(world, State.DISPATCHED)
    request = rpc.AcceptDemandRequest(on=on(demand, **given) if given else None)
    found = await world.refused(world.agency(), "AcceptDemand", request)
    assert [v.field for v in found.violations] == [".".join(["on", *given])]


@pytest.mark.parametrize("text", ["x\x00y", "\x00"])
async def test_no_search_text_reaches_the_database_that_it_cannot_take(world: World, text: str) -> None:
    wanted = rpc.DemandFilter(text=text, area_code=text)
    for method in ("ListDemands", "CountDemands"):
        found = await world.refused(world.centre(), method, getattr(rpc, f"{method}Request")(filter=wanted))
        assert [v.field for v in found.violations] == ["filter.area_code", "filter.text"]


@pytest.mark.parametrize("seconds", [253402300800, -62135596801, 2**62])
async def test_a_moment_beyond_the_calendar_is_named(world: World, seconds: int) -> None:
    wanted = rpc.DemandFilter()
    wanted.submitted_from.seconds = seconds
    found = await world.refused(world.centre(), "ListDemands", rpc.ListDemandsRequest(filter=wanted))
    assert (found.reason, found.metadata) == ("DAY_INVALID", {"field": "submitted_from"})


async def test_a_submission_that_is_refused_uses_up_nothing_that_shows(world: World) -> None:
    before = await world.submit()
    for _ in range(3):
        await world.refused(world.enterprise.actor(), "SubmitDemand", draft(category_code="astrology"))
    after = await world.submit()
    assert (before.version, after.version) == (2, 2)
    assert after.serial > before.serial
