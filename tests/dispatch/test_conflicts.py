"""Conflict of interest: the agency that a demand is about has no part in it and never learns of it, by any way there is."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from sqlalchemy import true

from kit.auth import Actor
from services.dispatch.announcements import Contacts
from services.dispatch.queries import access, returns
from tests import signing
from tests.dispatch import looks, scenes, sweeps
from tests.dispatch.conftest import REQUESTS, World

SUBJECT = "eco_env"
ASSISTS = """INSERT INTO demand_co_handler (demand_id, round, unit_code, added_by, added_at, opinion, waive_reason)
VALUES (:id, 1, 'eco_env', :person, now(), '', '')"""
RETURNED = """INSERT INTO demand_approval (id, demand_id, sequence, round, kind, stage, state, reason, return_reason,
  proposed_unit_code, content, unit_code, asked_by, asked_at, decided_unit, decided_at, note)
VALUES (:person, :id, 2, 1, 'RETURN', 'CENTRE', 'VOID', '职责不符', 'UNCLEAR', '', '{}', 'eco_env', :person, now(),
  '', now(), '')"""
SUGGESTED = """INSERT INTO routing_suggestion (id, demand_id, category_code, from_unit_code, to_unit_code, created_at)
VALUES (:person, :id, 'hrss', 'hrss', 'market_reg', now())"""


CENTRE_HATS, SUPERVISING = {"operator of the centre", "lead of the centre"}, {"handler who supervises", "supervisor"}


def of_subject(world: World) -> dict[str, Actor]:
    """Everybody of the agency, in every hat that somebody could be given there."""
    hats = {
        "contact and handler": (Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER),
        "lead": (Role.ROLE_AGENCY_LEAD,),
        "handler who supervises": (Role.ROLE_AGENCY_HANDLER, Role.ROLE_SUPERVISOR),
        "supervisor": (Role.ROLE_SUPERVISOR,),
        "operator of the centre": (Role.ROLE_AGENCY_CONTACT, Role.ROLE_CENTRE_OPERATOR),
        "lead of the centre": (Role.ROLE_CENTRE_LEAD,),
        "officer": (Role.ROLE_AREA_OFFICER,),
    }
    return {name: world.agency(SUBJECT, *roles) for name, roles in hats.items()}


@pytest.fixture(scope="module")
async def case(world: World) -> AsyncIterator[sweeps.Case]:
    """A demand about the agency, which its people would see in every way if nothing kept them from it.

    Its contact is the centre's and the supervisors' as well, it assists, and it sent the demand back once.
    """
    shared = world.contacts[SUBJECT]
    await sweeps.keep_unit(world, "centre", 2, world.contacts["centre"], shared)
    await sweeps.keep_unit(world, "committee", 2, world.contacts["committee"], shared)
    await sweeps.keep_unit(world, "market_reg", 2, uuid4(), shared)
    enterprise = await sweeps.keep_enterprise(world)
    found = await sweeps.build(world, enterprise, category_code="hrss", subject_unit_code=SUBJECT)
    for statement in (ASSISTS, RETURNED, SUGGESTED):
        await world.sql(statement, id=found.demand.id, person=uuid4())
    yield found
    for code in ("centre", "committee"):
        await sweeps.keep_unit(world, code, 3, world.contacts[code])


async def test_it_goes_to_the_centre_and_says_why(world: World) -> None:
    demand = await world.submit(category_code="hrss", subject_unit_code="hrss", before_court=True)
    assert (demand.state, demand.triage_reason) == (pb.STATE_TRIAGE, pb.TRIAGE_REASON_CONFLICT)
    assert (demand.subject_unit_code, demand.judicial) == ("hrss", True)
    other = await world.submit(category_code="hrss", subject_unit_code=SUBJECT)
    assert (other.state, other.triage_reason) == (pb.STATE_TRIAGE, pb.TRIAGE_REASON_CONFLICT)


@pytest.mark.parametrize("unit", ["centre", "nobody", "area-310116101"])
async def test_it_is_about_an_agency_that_takes_part(world: World, unit: str) -> None:
    refused = await sweeps.refused_submission(world, world.enterprise.actor(), subject_unit_code=unit)
    assert (refused.reason, refused.metadata) == ("UNIT_NOT_AN_AGENCY", {"field": "subject_unit_code"})


async def test_plain_demands_that_come_with_it_go_their_way(world: World) -> None:
    plain = await world.submit()
    assert (plain.state, plain.subject_unit_code, plain.shielded, plain.judicial) == (pb.STATE_DISPATCHED, "", False, False)


async def test_nothing_that_its_people_can_read_tells_of_it(world: World, case: sweeps.Case) -> None:
    for name, actor in of_subject(world).items():
        answers = await sweeps.readable(world, actor, case)
        assert len(answers) > 2, name
        assert sweeps.telling(answers, case.anything()) == set(), name
        if "ListConditions" in answers:
            request = REQUESTS["ListConditions"]()
            waiting = {one.name: one.waiting for one in (await world.call(actor, "ListConditions", request)).conditions}
            assert waiting[sweeps.TAG] == 0, name


async def test_no_count_and_no_search_of_its_people_knows_it(world: World) -> None:
    enterprise = await sweeps.keep_enterprise(world, "金山白露食品有限公司", "310116108")
    people, fields = of_subject(world), {"text": "白露食品的事"}
    for about, grows in (("", CENTRE_HATS | SUPERVISING), (SUBJECT, set())):
        before = {name: await _counts(world, actor, {}) for name, actor in people.items()}
        await world.submit(enterprise.actor(), title="白露食品的事", category_code="unsure", subject_unit_code=about)
        after = {name: await _counts(world, actor, {}) for name, actor in people.items()}
        assert {name for name in people if before[name] != after[name]} == grows
        for name, actor in people.items():
            assert sum(await _counts(world, actor, fields)) == (1 if name in CENTRE_HATS | SUPERVISING else 0), name


async def _counts(world: World, actor: Actor, wanted: dict[str, Any]) -> list[int]:
    request = REQUESTS["CountDemands"](filter=wanted)
    return [one.count for one in (await world.call(actor, "CountDemands", request)).counts]


async def test_none_of_its_people_is_told_of_anything(world: World, case: sweeps.Case) -> None:
    told = await sweeps.told(world, case)
    assert str(case.enterprise.liaison) in told
    assert str(world.contacts["centre"]) in told
    assert str(world.contacts[SUBJECT]) not in told
    assert sweeps.telling(await sweeps.payloads(world, case), case.whose()) == set()


async def test_without_the_guard_they_would_learn_of_it_in_every_way(
    world: World, case: sweeps.Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests above rest on: each of these ways is open but for the guard."""
    for module in (access, returns):
        monkeypatch.setattr(module, "not_about", lambda unit_code: true())
    people = of_subject(world)
    ways = {
        "contact and handler": {"GetDemand", "ListDemands", "ListDemandEvents", "ListAttachments", "ListReturns"},
        "supervisor": {"ListLookBacks", "GetSample", "ListOrders", "ListApprovals", "ListRoutingSuggestions"},
    }
    for name, wanted in ways.items():
        found = {method for method, _ in sweeps.telling(await sweeps.readable(world, people[name], case), case.anything())}
        assert found >= wanted, name
    monkeypatch.setattr(Contacts, "_people", lambda self, party: [str(one) for one in getattr(self, party.lower())])
    demand = await looks.read(world, case.demand)
    (order,) = demand.orders
    await world.move(world.centre(), "CloseOrder", demand, order_id=order.id)
    open_one = await sweeps.build(world, case.enterprise, category_code="hrss", subject_unit_code=SUBJECT)
    assert str(world.contacts[SUBJECT]) in await sweeps.told(world, open_one)


async def test_its_contact_who_is_also_the_enterprises_reads_as_the_enterprise(world: World) -> None:
    both = signing.person(
        Role.ROLE_LIAISON,
        Role.ROLE_AGENCY_CONTACT,
        unit=SUBJECT,
        organisation=world.enterprise.id,
        person_id=world.enterprise.liaison,
    )
    demand = await world.submit(category_code="unsure", subject_unit_code=SUBJECT)
    assert (await looks.read(world, demand, both)).subject_unit_code == SUBJECT


async def test_whom_it_is_about_is_told_to_the_enterprise_and_the_centre_alone(world: World) -> None:
    on_behalf = {"enterprise_id": str(world.enterprise.id), "channel": pb.CHANNEL_PHONE, "subject_unit_code": SUBJECT}
    office = world.officer()
    demand = await world.submit(office, category_code="unsure", **on_behalf)
    demand = await world.move(world.centre(), "DispatchDemand", demand, unit_code="hrss")
    told = {
        name: (await looks.read(world, demand, actor)).subject_unit_code
        for name, actor in {
            "contact": world.enterprise.actor(),
            "office": office,
            "centre": world.centre(),
            "agency": world.agency(),
            "supervisor": world.supervisor(),
        }.items()
    }
    assert told == {"contact": SUBJECT, "office": SUBJECT, "centre": SUBJECT, "agency": "", "supervisor": ""}


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("DispatchDemand", {"unit_code": SUBJECT}),
        ("DispatchDemand", {"unit_code": "hrss", "co_unit_codes": [SUBJECT]}),
    ],
)
async def test_it_neither_leads_nor_assists(world: World, method: str, fields: dict[str, Any]) -> None:
    demand = await world.submit(category_code="hrss", subject_unit_code=SUBJECT)
    assert (await looks.refused(world, world.centre(), method, demand, **fields))[0] == "SUBJECT_AGENCY"


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    await world.sql("DELETE FROM demand_approval WHERE state = 'VOID' AND unit_code = 'eco_env'")
    assert await scenes.check_histories(world) > 0
