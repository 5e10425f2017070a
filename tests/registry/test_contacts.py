"""Who was the contact before, leaving by oneself, and two at once with what holds them apart and without (REG-7)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_service_pb2 as accounts_pb
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import liaison_service_pb2 as pb
from fahu.registry.v1 import registry_service_pb2 as registry_pb
from fahu.registry.v1.liaison_service_pb2_grpc import LiaisonServiceStub
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.registry.models import Enterprise
from services.registry.queries import enterprises as queries
from services.registry.service.people import StaffDraft
from tests import signing
from tests.registry.conftest import LEAD, World, race, refusal
from tests.registry.files import ZHUJING, line
from tests.registry.test_liaisons import FOREIGN_OFFICER, OFFICER, appointment, replacement

PHONE = "13800000001"


async def contact(world: World, openid: str = "openid", phone: str = PHONE) -> tuple[Actor, Any]:
    entered = await world.accounts().SignInWithWechat(accounts_pb.SignInWithWechatRequest(openid=openid, phone=phone))
    account = entered.account
    actor = signing.person(Role.ROLE_LIAISON, organisation=account.enterprise_id, person_id=account.person_id)
    return actor, entered


async def periods(world: World, enterprise_id: str, actor: Actor = LEAD, **page: Any) -> Any:
    request = pb.ListLiaisonsRequest(enterprise_id=enterprise_id, **page)
    return await world.stub(LiaisonServiceStub, actor).ListLiaisons(request)


async def test_former_contacts_stay_with_their_enterprise(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    for name, phone in (("李四", "13800000002"), ("王五", "13800000003")):
        await world.registry().ReplaceLiaison(replacement(await world.enterprise(line(1)), name=name, phone=phone))
    enterprise = await world.enterprise(line(1))
    found = (await periods(world, enterprise.id, OFFICER)).liaisons
    assert [(one.name, one.HasField("ended_at"), one.end_reason) for one in found] == [
        ("王*", False, ""),
        ("李*", True, "工作调动"),
        ("张*", True, "工作调动"),
    ]
    assert found[2].consent_version.startswith("cohort-")
    assert found[0].consented_at.ToDatetime() >= found[1].ended_at.ToDatetime()
    first = await periods(world, enterprise.id, page_size=2)
    rest = await periods(world, enterprise.id, page_size=2, page_token=first.next_page_token)
    assert ([*first.liaisons, *rest.liaisons], rest.next_page_token) == (list(found), "")
    me, _ = await contact(world, phone="13800000003")
    mine = (await periods(world, enterprise.id, me)).liaisons
    assert [(one.name, one.end_reason) for one in mine] == [("王五", ""), ("李*", ""), ("张*", "")]
    refused = await refusal(periods(world, enterprise.id, FOREIGN_OFFICER))
    assert (refused.code.name, refused.reason) == ("NOT_FOUND", "ENTERPRISE_NOT_FOUND")


async def test_what_a_former_contact_did_keeps_their_name(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    former, _ = await contact(world)
    await world.registry().ReplaceLiaison(replacement(await world.enterprise(line(1))))
    named = registry_pb.BatchGetPersonNamesRequest(person_ids=[former.subject])
    assert (await world.registry().BatchGetPersonNames(named)).names[0].name == "张三"
    successor, _ = await contact(world, "new", "13800000002")
    assert (await world.registry(successor).BatchGetPersonNames(named)).names[0].name == "张三"


async def test_a_contact_leaves_by_themselves_and_is_out_at_once(world: World) -> None:
    officers, leads = frozenset({int(Role.ROLE_AREA_OFFICER)}), frozenset({int(Role.ROLE_CENTRE_LEAD)})
    officer = await world.staff(StaffDraft(f"area-{ZHUJING}", officers, "钱镇", "13900000001"))
    lead = await world.staff(StaffDraft("centre", leads, "王综治", "13900000002"))
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    me, entered = await contact(world)
    stub = world.stub(LiaisonServiceStub, me)
    request = pb.ResignLiaisonRequest(reason="离职", request_id="go")
    await asyncio.gather(stub.ResignLiaison(request), stub.ResignLiaison(request))
    enterprise = await world.enterprise(line(1))
    assert not enterprise.HasField("liaison")
    told = (await world.events(events_pb2.LiaisonResigned))[0]
    assert (told.enterprise_name, told.version) == (enterprise.name, enterprise.version)
    assert list(told.appointer_ids) == [str(officer), str(lead)]
    assert (await world.events(events_pb2.LiaisonPointChanged))[-1].liaison_person_id == ""
    dead = accounts_pb.RefreshSessionRequest(refresh_token=entered.session.refresh_token)
    assert (await refusal(world.accounts().RefreshSession(dead))).reason == "SESSION_ENDED"
    assert len(await world.events(events_pb2.AccessRevoked)) == 1
    late = pb.ResignLiaisonRequest(reason="离职", request_id="again")
    assert (await refusal(stub.ResignLiaison(late))).reason == "LIAISON_NOT_FOUND"
    assert (await world.registry().AppointLiaison(appointment(enterprise.id, name="李四"))).enterprise.liaison.name == "李*"


async def test_leaving_and_being_replaced_at_once_ends_one_appointment(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    me, _ = await contact(world)
    enterprise = await world.enterprise(line(1))
    leave = world.stub(LiaisonServiceStub, me).ResignLiaison(pb.ResignLiaisonRequest(reason="离职", request_id="go"))
    passed, refused = await race(leave, world.registry().ReplaceLiaison(replacement(enterprise)))
    assert len(passed) == 1
    assert set(refused) <= {"LIAISON_NOT_FOUND", "STALE_VERSION"}
    assert (await world.rows("SELECT count(*) FROM liaison WHERE ended_at IS NOT NULL"))[0][0] == 1


async def _unlocked(session: AsyncSession, actor: Actor, enterprise_id: UUID, year: int) -> Enterprise:
    """What `enterprise_to_appoint` must not become."""
    return (await session.scalars(select(Enterprise).where(Enterprise.id == enterprise_id))).one()


async def _contacts_after_a_race(world: World, rivals: int) -> tuple[int, int]:
    """How many contacts an enterprise has whose contact several appointed at once, and how many were told that they did."""
    await world.import_lines(line(1))
    enterprise, stub = await world.enterprise(line(1)), world.registry()
    requests = [appointment(enterprise.id, name=f"甲{'乙' * n}", phone=f"1380000001{n}") for n in range(rivals)]
    results = await asyncio.gather(*[stub.AppointLiaison(one) for one in requests], return_exceptions=True)
    made = (await world.rows("SELECT count(*) FROM liaison WHERE ended_at IS NULL"))[0][0]
    return made, sum(not isinstance(one, BaseException) for one in results)


class _Together:
    """Lets everybody look for the present contact before anybody appoints one."""

    def __init__(self, rivals: int, real: Callable[..., Awaitable[Any]]) -> None:
        self._all, self._real = asyncio.Barrier(rivals), real

    async def __call__(self, *arguments: Any) -> Any:
        found = await self._real(*arguments)
        await self._all.wait()
        return found


LINE = "liaisons: rivals={rivals} contacts={contacts} index_alone={index_alone} controls_failed={controls_failed}"


@pytest.mark.parametrize("held_by", ["lock and index", "index alone", "nothing"])
async def test_two_appointed_at_once_are_one_contact(
    world: World, monkeypatch: pytest.MonkeyPatch, held_by: str, record_property: Callable[[str, object], None]
) -> None:
    """The last is the control: without either there are as many contacts as rivals."""
    rivals = 4
    if held_by != "lock and index":
        monkeypatch.setattr(queries, "enterprise_to_appoint", _unlocked)
        monkeypatch.setattr(queries, "active_liaison", _Together(rivals, queries.active_liaison))
    if held_by == "nothing":
        await world.change("DROP INDEX uq_liaison_enterprise")
    made, told = await _contacts_after_a_race(world, rivals)
    if held_by == "nothing":
        assert made > 1, "the control holds, so the race is none"
        record_property("figures", (LINE, {"controls_failed": 1, "rivals": rivals}))
        return
    assert (made, told) == (1, 1)
    record_property("figures", (LINE, {"contacts" if held_by == "lock and index" else "index_alone": made}))
