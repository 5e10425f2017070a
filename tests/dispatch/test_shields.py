"""The identity shield: agencies handle a demand without learning whose it is, until its enterprise says so."""

from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import attachment_service_pb2 as files
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2
from sqlalchemy import true

from kit.auth import Actor
from services.dispatch.queries import access, attachments
from services.dispatch.rules import UNNAMED
from tests import signing
from tests.dispatch import looks, scenes, sweeps
from tests.dispatch.conftest import REQUESTS, Enterprise, World, on
from tests.kit.uploads.makers import page_pdf

EVERY_WAY = {"GetDemand", "ListDemands", "ListDemandEvents", "ListAttachments", "GetAttachment"}


@pytest.fixture(scope="module")
async def case(world: World) -> sweeps.Case:
    """Its enterprise is named wherever somebody wrote something."""
    await sweeps.keep_unit(world, "market_reg", 2, uuid4())
    return await sweeps.build(world, await sweeps.keep_enterprise(world), shielded=True)


def of_agencies(world: World) -> dict[str, Actor]:
    """Everybody who handles it, or assists, in every hat that somebody could be given there."""
    return {
        "contact and handler": world.agency(),
        "lead": world.leader(),
        "lead who supervises": world.agency("hrss", Role.ROLE_AGENCY_LEAD, Role.ROLE_SUPERVISOR),
        "handler who is of the centre": world.agency("hrss", Role.ROLE_AGENCY_HANDLER, Role.ROLE_CENTRE_LEAD),
        "assistant": world.agency("market_reg"),
        "contact who is also a neighbour's": signing.person(
            Role.ROLE_AGENCY_CONTACT, Role.ROLE_LIAISON, unit="hrss", organisation=world.neighbour.id
        ),
    }


async def test_it_goes_to_its_agency_by_itself_all_the_same(world: World) -> None:
    demand = await world.submit(shielded=True)
    assert (demand.state, demand.lead_unit_code, demand.shielded) == (pb.STATE_DISPATCHED, "hrss", True)
    assert demand.enterprise_id == str(world.enterprise.id)  # to its own contact


async def test_nothing_that_an_agency_can_read_tells_whose_it_is(world: World, case: sweeps.Case) -> None:
    for name, actor in of_agencies(world).items():
        answers = await sweeps.readable(world, actor, case)
        assert answers.keys() >= EVERY_WAY, name
        assert sweeps.telling(answers, case.whose()) == set(), name
    detail = await looks.read(world, case.demand, world.agency())
    assert detail.body == f"我公司{UNNAMED}想了解。"
    assert detail.info_request.answer == f"{UNNAMED}，地址见执照。"
    assert detail.shielded


async def test_no_event_tells_whose_it_is_but_the_ids_of_its_readers(world: World, case: sweeps.Case) -> None:
    assert sweeps.telling(await sweeps.payloads(world, case), case.whose()) == set()


@pytest.mark.parametrize("who", ["centre", "supervisor", "enterprise"])
async def test_who_is_of_no_agency_reads_it_whole(world: World, case: sweeps.Case, who: str) -> None:
    actor = {"centre": world.centre(), "supervisor": world.supervisor(), "enterprise": case.enterprise.actor()}[who]
    found = sweeps.telling(await sweeps.readable(world, actor, case), case.whose())
    assert {mark for _, mark in found} == set(case.whose())
    assert {"GetDemand", "ListDemands", "ListDemandEvents", "ListAttachments"} <= {method for method, _ in found}


async def test_no_search_tells_it_either(world: World, case: sweeps.Case) -> None:
    wanted = [{"text": sweeps.NAME}, {"text": "谷雨精密"}, {"area_code": case.enterprise.area}]
    for narrowing in wanted:
        for actor, found in ((world.agency(), 0), (world.agency("market_reg"), 0), (world.centre(), 1)):
            assert (await _listed(world, actor, **narrowing), await _counted(world, actor, **narrowing)) == (found, found)
    assert await _listed(world, world.agency(), text=case.title[-8:]) == 1
    assert await _listed(world, world.agency(), text="我公司") > 0


async def _listed(world: World, actor: Actor, **narrowing: Any) -> int:
    request = REQUESTS["ListDemands"](filter=narrowing, page_size=100)
    return len((await world.call(actor, "ListDemands", request)).demands)


async def _counted(world: World, actor: Actor, **narrowing: Any) -> int:
    request = REQUESTS["CountDemands"](filter=narrowing)
    return sum(one.count for one in (await world.call(actor, "CountDemands", request)).counts)


async def test_without_the_guard_every_way_would_tell(
    world: World, case: sweeps.Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests above rest on: each of these ways tells whose it is but for the guard."""
    for module in (access, attachments):
        monkeypatch.setattr(module, "knows_whose", lambda actor: true())
    found = sweeps.telling(await sweeps.readable(world, world.agency(), case), case.whose())
    assert {method for method, _ in found} >= EVERY_WAY | {"ListOrders"}
    detail = {mark for method, mark in found if method == "GetDemand"}
    assert detail == {"id", "contact", "name", "area"}
    leads = sweeps.telling(await sweeps.readable(world, world.leader(), case), case.whose())
    assert await _listed(world, world.agency(), text=sweeps.NAME) == 1
    assert leads


async def test_the_office_that_filed_it_is_not_told_to_agencies(world: World) -> None:
    enterprise = await sweeps.keep_enterprise(world, "金山清明电器有限公司", "310116107")
    office = world.officer("310116107")
    on_behalf = {"enterprise_id": str(enterprise.id), "channel": pb.CHANNEL_PHONE, "shielded": True}
    case = sweeps.Case(await world.submit(office, **on_behalf), enterprise, "")
    marks = {"office": "310116107", "person": str(office.person_id), "enterprise": str(enterprise.id)}
    assert sweeps.telling(await sweeps.readable(world, world.agency(), case), marks) == set()
    seen = await looks.read(world, case.demand, office)
    assert (seen.enterprise_id, seen.submitted_for_by_unit) == (str(enterprise.id), "area-310116107")
    lines = (await world.call(world.centre(), "ListDemandEvents", _of(case.demand))).events
    assert lines[0].unit_code == "area-310116107"


def _of(demand: Any) -> Any:
    return REQUESTS["ListDemandEvents"](demand_id=demand.id)


async def test_who_handles_it_is_shown_as_ever(world: World, case: sweeps.Case) -> None:
    """Only the enterprise's side is hidden: what an agency did carries its people, and so do its files."""
    lines = (await world.call(world.agency(), "ListDemandEvents", _of(case.demand))).events
    by_agency = {line.person_id for line in lines if line.unit_code == "hrss"}
    assert by_agency == {str(world.contacts["hrss"]), str(world.leaders["hrss"])}
    demand = await world.submit(shielded=True)
    upload = files.UploadAttachmentRequest(file_name="答复.pdf", content=page_pdf(), request_id=uuid4().hex)
    mine = (await world.call(world.agency(), "UploadAttachment", upload)).attachment
    attach = files.AttachToDemandRequest(demand_id=demand.id, attachment_ids=[mine.id])
    (attached,) = (await world.call(world.agency(), "AttachToDemand", attach)).attachments
    assert attached.uploaded_by == str(world.contacts["hrss"])


async def test_the_enterprise_lets_itself_be_known_once_and_for_good(world: World) -> None:
    enterprise = await sweeps.keep_enterprise(world, "金山立夏纺织有限公司", "310116106")
    demand = await world.submit(enterprise.actor(), shielded=True, body="我公司金山立夏纺织有限公司")
    assert (await looks.read(world, demand, world.agency())).enterprise_name == ""
    for other in (world.agency(), world.centre(), world.officer("310116106")):
        assert (await looks.refused(world, other, "RevealIdentity", demand))[0] == "PERMISSION_DENIED"
    neighbour = await looks.refused(world, world.neighbour.actor(), "RevealIdentity", demand)
    assert neighbour[0] == "DEMAND_NOT_FOUND"
    shown = await _revealed(world, enterprise, demand)
    assert not shown.shielded
    seen = await looks.read(world, shown, world.agency())
    assert (seen.enterprise_name, seen.area_code) == ("金山立夏纺织有限公司", "310116106")
    assert (seen.enterprise_id, seen.submitted_by) == (str(enterprise.id), str(enterprise.liaison))
    assert seen.body == "我公司金山立夏纺织有限公司"
    reason, facts = await looks.refused(world, enterprise.actor(), "RevealIdentity", shown)
    assert (reason, facts["action"]) == ("DEMAND_WRONG_STATE", "REVEAL")
    whom = await looks.audience(world, shown, events_pb2.DemandIdentityRevealed)
    assert whom == {"agency_ids": [str(world.contacts["hrss"])]}


async def _revealed(world: World, enterprise: Enterprise, demand: Any) -> Any:
    """Twice the same request, as after an answer that was lost."""
    request = REQUESTS["RevealIdentity"](on=on(demand))
    first = (await world.call(enterprise.actor(), "RevealIdentity", request)).demand
    again = (await world.call(enterprise.actor(), "RevealIdentity", request)).demand
    assert (first.version, again.version) == (demand.version + 1, demand.version + 1)
    return first


async def test_what_is_withdrawn_stays_shielded(world: World) -> None:
    demand = await world.submit(shielded=True)
    gone = await world.move(world.enterprise.actor(), "WithdrawDemand", demand, **scenes.WITHDRAWAL)
    assert (await looks.refused(world, world.enterprise.actor(), "RevealIdentity", gone))[0] == "DEMAND_WRONG_STATE"
    assert (await looks.read(world, gone, world.agency())).enterprise_id == ""


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
