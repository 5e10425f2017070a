"""Who may do what: the reviewed table against the declared rules, and every cell of it against the running platform."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import grpc
import httpx
import pytest
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fastapi import APIRouter
from google.protobuf.wrappers_pb2 import StringValue

from kit.auth import Actor, TokenSigner
from kit.rpc import access
from kit.rpc.server import RpcServer
from services.gateway import app as gateway
from services.gateway import auth
from stack.demo.client import Person
from tests import signing
from tests.journeys import calls, doors, programme, table
from tests.journeys.table import COLUMNS, ROLES, Line
from tests.journeys.world import World
from tests.kit import puppet

AT_ONCE = 8
REVIEWED = table.reviewed()
Ask = Callable[[Line, str, str, str], Awaitable[str]]


def test_the_reviewed_table_is_what_the_rules_declare() -> None:
    declared = table.declared(gateway.build(None))  # type: ignore[arg-type]  # nothing is served here
    written = {line.name: line.admitted for line in REVIEWED}
    assert written.keys() - declared.keys() == set(), "in the table, but declared nowhere"
    assert declared.keys() - written.keys() == set(), "declared, but not in the table: review it"
    assert {name: sorted(who) for name, who in written.items() if who != declared[name]} == {}
    assert len(written) == len(REVIEWED)
    assert set(table.headings()) == {("about", *COLUMNS)}


def test_a_route_without_a_rule_keeps_the_gateway_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()
    router.add_api_route("/api/v1/forgotten", lambda: None)
    monkeypatch.setattr(gateway, "ROUTERS", (*gateway.ROUTERS, router))
    with pytest.raises(auth.RuleMissing, match="/api/v1/forgotten"):
        gateway.build(None)  # type: ignore[arg-type]  # it does not come to that


def test_an_rpc_without_a_rule_keeps_its_service_from_starting() -> None:
    forgotten = puppet.describe("forgotten.v1.Forgotten", [("Do", StringValue, [], [])], ruled=False)
    with pytest.raises(access.RuleMissing, match=r"forgotten\.v1\.Forgotten\.Do"):
        RpcServer([*table.CONTRACTS, forgotten], access_pb2.rule, [], signing.verifier(), "test")


@pytest.fixture(scope="module")
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=world.stack.url(), trust_env=False, timeout=15) as client:
        yield client


@pytest.fixture(scope="module")
async def channels(world: World) -> AsyncIterator[dict[str, grpc.aio.Channel]]:
    found = {
        name: grpc.aio.insecure_channel(world.stack.url(name)) for name in ("registry", "dispatch", "courses", "notify")
    }
    yield found
    for channel in found.values():
        await channel.close()


def questions(world: World, lines: list[Line]) -> Iterator[tuple[Line, str, str, str]]:
    """Each line, by each column, about each thing: with how the thing stands to who asks."""
    for line in lines:
        for column in COLUMNS:
            things = world.things[line.about][column].by_relation() if line.about else [("own", "")]
            for relation, thing in things:
                yield line, column, relation, thing


async def wrong_answers(
    world: World, lines: list[Line], ask: Ask, outcomes: doors.Outcomes, good: Callable[[Line], Any]
) -> tuple[int, list[str]]:
    """How many questions were asked, and what was not answered as the table says."""
    gate, asked = asyncio.Semaphore(AT_ONCE), list(questions(world, lines))

    async def check(line: Line, column: str, relation: str, thing: str) -> str:
        expected = outcomes.of(line, column, relation, good(line))
        async with gate:
            found = await ask(line, world.tokens[column], thing, column)
        return "" if found in expected else f"{line.name} by {column}, {relation}: {found}, not {' or '.join(expected)}"

    found = await asyncio.gather(*[check(*question) for question in asked])
    return len(asked), [one for one in found if one]


async def test_every_cell_is_what_the_platform_does(
    world: World, http: httpx.AsyncClient, channels: dict[str, grpc.aio.Channel], record_property: Callable[[str, str], None]
) -> None:
    routes, rpcs = [line for line in REVIEWED if line.is_route], [line for line in REVIEWED if not line.is_route]
    at_doors, wrong = await wrong_answers(
        world,
        routes,
        lambda *question: doors.knock(http, *question),
        doors.OF_ROUTES,
        lambda line: (doors.DOORS | programme.DOORS).get(line.name, doors.PLAIN_DOOR).good,
    )
    at_services, also_wrong = await wrong_answers(
        world,
        rpcs,
        lambda *question: calls.call(channels, *question),
        calls.OF_RPCS,
        lambda line: (calls.CALLS | programme.CALLS).get(line.name.split("/")[1], calls.PLAIN_CALL).good,
    )
    wrong += also_wrong
    counts = f"routes={len(routes)} rpcs={len(rpcs)} roles={len(ROLES)} cells={at_doors + at_services}"
    record_property("summary", f"matrix: {counts} wrong={len(wrong)}")
    assert not wrong, "\n".join(wrong)


async def _status(http: httpx.AsyncClient, person: Person, path: str) -> int:
    return (await http.get(f"/api/v1{path}", headers={"authorization": f"Bearer {person.token}"})).status_code


@pytest.mark.parametrize("column", ROLES)
async def test_a_list_shows_exactly_what_can_be_read(world: World, http: httpx.AsyncClient, column: str) -> None:
    person = world.people[column]
    listed = {str(one["id"]) async for one in person.all_of("/demands", "demands")}
    everything = {str(one["id"]) async for one in world.people["supervisor"].all_of("/demands", "demands")}
    assert everything >= set(world.demands.values())
    for part in ("", "/timeline"):
        found = {demand for demand in everything if await _status(http, person, f"/demands/{demand}{part}") == 200}
        assert found == listed
    counts = await person.get("/demands/counts")
    assert sum(one["count"] for one in counts["counts"]) == len(listed)

    if await _status(http, person, "/enterprises") == 403:
        readable = {one for one in world.enterprises if await _status(http, person, f"/enterprises/{one}") != 403}
        assert readable == set()
        return
    shown = {str(one["id"]) async for one in person.all_of("/enterprises", "enterprises")}
    readable = {one for one in world.enterprises if await _status(http, person, f"/enterprises/{one}") == 200}
    assert readable == shown


TWO_HATS: list[tuple[list[Role.ValueType], str, str, dict[str, Any]]] = [
    ([Role.ROLE_SUPERVISOR, Role.ROLE_AGENCY_CONTACT], "accept", "home", {}),
    ([Role.ROLE_SUPERVISOR, Role.ROLE_AGENCY_HANDLER], "accept", "home", {}),
    ([Role.ROLE_CENTRE_LEAD, Role.ROLE_AGENCY_HANDLER], "accept", "home", {}),
    ([Role.ROLE_SUPERVISOR, Role.ROLE_LIAISON], "withdraw", "home", {"reason": "示例"}),
    ([Role.ROLE_CENTRE_OPERATOR, Role.ROLE_LIAISON], "withdraw", "home unsure", {"reason": "示例"}),
]


@pytest.mark.parametrize(("roles", "verb", "which", "body"), TWO_HATS)
async def test_seeing_all_lends_no_hand_in_what_is_others(
    world: World, http: httpx.AsyncClient, roles: list[Role.ValueType], verb: str, which: str, body: dict[str, Any]
) -> None:
    """Who supervises and also works for another agency, or is another's contact, sees a demand and cannot move it."""
    path = f"/api/v1/demands/{world.demands[which]}"
    headers = {"authorization": f"Bearer {_two_hats(world, roles)}", "idempotency-key": uuid4().hex}
    seen = await http.get(path, headers=headers)
    assert seen.status_code == 200
    answer = await http.post(f"{path}/{verb}", json=body, headers=headers | {"if-match": seen.headers["etag"]})
    assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")
    assert (await http.get(path, headers=headers)).json()["version"] == seen.json()["version"]


async def test_seeing_all_lets_nobody_appoint_outside_their_area(world: World, http: httpx.AsyncClient) -> None:
    token = _two_hats(world, [Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER])
    headers = {"authorization": f"Bearer {token}", "idempotency-key": uuid4().hex}
    path = f"/api/v1/enterprises/{world.home}"
    assert (await http.get(path, headers=headers)).status_code == 200
    answer = await http.post(f"{path}/liaison", json=doors.LIAISON, headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")


def _two_hats(world: World, roles: list[Role.ValueType]) -> str:
    """A token of somebody of the agency, enterprise and area next door."""
    actor = Actor(
        subject=str(uuid4()),
        roles=frozenset(int(role) for role in roles),
        unit_code="eco_env",
        organisation_id=world.neighbour.account["enterprise_id"],
        area_code=str(world.neighbour.account["area_code"]),
    )
    return TokenSigner(world.stack.layout.signing_key("gateway").read_text()).for_person(actor)
