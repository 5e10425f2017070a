"""The one contact of an enterprise: with consent, one at a time, and out at once when replaced (REG-7)."""

import asyncio
import hashlib
from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_service_pb2 as accounts_pb
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import registry_service_pb2 as pb
from sqlalchemy import text

from kit.rpc.client import refusal_of
from services.registry.service.people import StaffDraft
from tests import signing
from tests.registry.conftest import LEAD, YEAR, World, race, refusal
from tests.registry.files import FENGJING, ZHUJING, line

OFFICER = signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{ZHUJING}", area=ZHUJING)
FOREIGN_OFFICER = signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{FENGJING}", area=FENGJING)


def appointment(enterprise_id: str, **fields: Any) -> pb.AppointLiaisonRequest:
    person: dict[str, Any] = {
        "name": "张三",
        "phone": "13800000001",
        "consented": True,
        "consent_version": "2026-1",
    } | fields
    request_id = person.pop("request_id", uuid4().hex)
    return pb.AppointLiaisonRequest(enterprise_id=enterprise_id, liaison=pb.NewLiaison(**person), request_id=request_id)


def replacement(enterprise: Any, **fields: Any) -> pb.ReplaceLiaisonRequest:
    person: dict[str, Any] = {"name": "李四", "phone": "13800000002", "consented": True} | fields
    version, request_id = person.pop("version", enterprise.version), person.pop("request_id", uuid4().hex)
    return pb.ReplaceLiaisonRequest(
        enterprise_id=enterprise.id,
        liaison=pb.NewLiaison(**person),
        reason="工作调动",
        expected_version=version,
        request_id=request_id,
    )


async def one_enterprise(world: World, **fields: Any) -> Any:
    await world.import_lines(line(1, **fields))
    return await world.enterprise(line(1))


async def signed_in(world: World, phone: str, openid: str) -> Any:
    request = accounts_pb.SignInWithWechatRequest(openid=openid, phone=phone)
    return await world.accounts().SignInWithWechat(request)


@pytest.mark.parametrize("actor", [LEAD, OFFICER])
async def test_a_contact_is_appointed_and_told_to_the_others(world: World, actor: Any) -> None:
    enterprise = await one_enterprise(world)
    response = await world.registry(actor).AppointLiaison(appointment(enterprise.id))
    liaison = response.enterprise.liaison
    assert (liaison.name, liaison.phone, response.enterprise.version) == ("张*", "138****0001", enterprise.version + 1)
    told = await world.events(events_pb2.LiaisonPointChanged, enterprise.designation.id)
    assert [(event.version, event.liaison_person_id) for event in told] == [(1, ""), (2, liaison.person_id)]


async def test_another_areas_officer_finds_no_such_enterprise(world: World) -> None:
    enterprise = await one_enterprise(world)
    refused = await refusal(world.registry(FOREIGN_OFFICER).AppointLiaison(appointment(enterprise.id)))
    assert (refused.code.name, refused.reason) == ("NOT_FOUND", "ENTERPRISE_NOT_FOUND")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"consented": False}, "LIAISON_CONSENT_MISSING"),
        ({"phone": "12345"}, "PHONE_INVALID"),
        ({"name": " "}, "FIELDS_INVALID"),
        ({"name": "=cmd()"}, "FIELDS_INVALID"),
        ({"phone": "13900000001"}, "PHONE_IN_USE"),
        ({"phone": "13800000009"}, "PHONE_IN_USE"),
    ],
)
async def test_who_cannot_be_appointed(world: World, fields: dict[str, Any], reason: str) -> None:
    await world.staff(StaffDraft("hrss", frozenset({int(Role.ROLE_AGENCY_CONTACT)}), "工作人员", "13900000001"))
    await world.import_lines(line(9, contact="王五", phone="13800000009"))
    enterprise = await one_enterprise(world)
    before = await world.snapshot()
    refused = await refusal(world.registry().AppointLiaison(appointment(enterprise.id, **fields)))
    assert refused.reason == reason
    assert await world.snapshot() == before


async def test_two_appointments_at_once_make_one_contact(world: World) -> None:
    enterprise = await one_enterprise(world)
    requests = [appointment(enterprise.id, name=name, phone=f"1380000000{n}") for n, name in enumerate("甲乙丙丁")]
    stub = world.registry()
    passed, refused = await race(*[stub.AppointLiaison(request) for request in requests])
    assert (len(passed), refused) == (1, ["LIAISON_EXISTS"] * 3)
    late = await refusal(stub.AppointLiaison(appointment(enterprise.id, phone="13800000009")))
    assert (late.code.name, late.reason) == ("ALREADY_EXISTS", "LIAISON_EXISTS")
    assert (await world.rows("SELECT count(*) FROM liaison"))[0][0] == 1
    assert len(await world.events(events_pb2.LiaisonPointChanged)) == 2


@pytest.mark.parametrize("known", [False, True])
async def test_one_person_is_appointed_by_two_enterprises_at_once_for_one_only(world: World, known: bool) -> None:
    """The same whether the person is new or was a contact before."""
    name, phone = ("张三", "13800000001") if known else ("王五", "13800000005")
    await world.import_lines(line(1), line(2), line(3, contact=name, phone=phone))
    await world.registry().ReplaceLiaison(replacement(await world.enterprise(line(3))))
    enterprises = [await world.enterprise(line(number)) for number in (1, 2)]
    stub = world.registry()
    passed, refused = await race(*[stub.AppointLiaison(appointment(enterprise.id)) for enterprise in enterprises])
    assert (len(passed), refused) == (1, ["PHONE_IN_USE"])
    assert (await world.rows("SELECT count(*) FROM liaison WHERE ended_at IS NULL"))[0][0] == 2


async def test_a_repeated_appointment_returns_the_first_result(world: World) -> None:
    enterprise = await one_enterprise(world)
    request = appointment(enterprise.id, request_id="the-same")
    first, again = [await world.registry(OFFICER).AppointLiaison(request) for _ in range(2)]
    assert first == again
    assert len(await world.events(events_pb2.LiaisonPointChanged)) == 2
    other = appointment(enterprise.id, request_id="the-same", name="李四")
    assert (await refusal(world.registry(OFFICER).AppointLiaison(other))).reason == "IDEMPOTENCY_KEY_REUSED"
    assert (await refusal(world.registry(LEAD).AppointLiaison(request))).reason == "LIAISON_EXISTS"


async def test_the_same_appointment_twice_at_once_is_one(world: World) -> None:
    enterprise = await one_enterprise(world)
    stub, request = world.registry(), appointment(enterprise.id)
    first, second = await asyncio.gather(stub.AppointLiaison(request), stub.AppointLiaison(request))
    assert first == second
    assert (await world.rows("SELECT count(*) FROM liaison"))[0][0] == 1


async def test_a_key_used_for_two_enterprises_at_once_takes_effect_for_one(world: World) -> None:
    await world.import_lines(line(1), line(2))
    enterprises = [await world.enterprise(line(number)) for number in (1, 2)]
    requests = [
        appointment(enterprise.id, request_id="the-same", phone=f"1380000001{place}")
        for place, enterprise in enumerate(enterprises)
    ]
    async with world.database.begin() as session:  # both have looked for the key before either has written
        await session.execute(text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
        both = asyncio.gather(*[world.registry().AppointLiaison(request) for request in requests], return_exceptions=True)
        await asyncio.sleep(0.5)
    refused = [refusal_of(result).reason for result in await both if isinstance(result, grpc.aio.AioRpcError)]
    assert refused == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await world.rows("SELECT count(*) FROM liaison"))[0][0] == 1


async def test_a_replaced_contact_is_out_at_once(world: World) -> None:
    enterprise = await one_enterprise(world, contact="张三", phone="13800000001")
    old = await signed_in(world, "13800000001", "openid-old")
    enterprise = await world.enterprise(line(1))
    response = await world.registry(OFFICER).ReplaceLiaison(replacement(enterprise))
    assert response.enterprise.liaison.name == "李*"
    assert response.enterprise.liaison.person_id != old.account.person_id

    dead = accounts_pb.RefreshSessionRequest(refresh_token=old.session.refresh_token)
    assert (await refusal(world.accounts().RefreshSession(dead))).reason == "SESSION_ENDED"
    revoked = (await world.accounts().ListRevocations(accounts_pb.ListRevocationsRequest())).revocations
    assert [one.person_id for one in revoked] == [old.account.person_id]
    told = (await world.events(events_pb2.AccessRevoked))[0]
    assert (told.person_id, told.before) == (old.account.person_id, revoked[0].before)
    again = accounts_pb.SignInWithWechatRequest(openid="openid-old")
    assert (await refusal(world.accounts().SignInWithWechat(again))).reason == "ACCOUNT_WITHOUT_ROLE"
    point = (await world.events(events_pb2.LiaisonPointChanged))[-1]
    assert point.liaison_person_id == response.enterprise.liaison.person_id
    new = await signed_in(world, "13800000002", "openid-new")
    assert new.account.enterprise_id == enterprise.id


async def test_a_replaced_contacts_live_token_shows_nothing_more(world: World) -> None:
    """The access token lives on for minutes; what it may see is asked of the database each time."""
    enterprise = await one_enterprise(world, contact="张三", phone="13800000001")
    old = (await signed_in(world, "13800000001", "openid-old")).account
    actor = signing.person(Role.ROLE_LIAISON, organisation=enterprise.id, person_id=old.person_id)
    request = pb.GetEnterpriseRequest(enterprise_id=enterprise.id)
    assert (await world.registry(actor).GetEnterprise(request)).enterprise.liaison.name == "张三"
    await world.registry().ReplaceLiaison(replacement(await world.enterprise(line(1))))
    assert (await refusal(world.registry(actor).GetEnterprise(request))).reason == "ENTERPRISE_NOT_FOUND"


async def test_replacing_needs_a_contact_consent_and_the_present_version(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"), line(2))
    enterprise, without = await world.enterprise(line(1)), await world.enterprise(line(2))
    before = await world.snapshot()
    for request, reason in [
        (replacement(without), "LIAISON_NOT_FOUND"),
        (replacement(enterprise, version=enterprise.version + 1), "STALE_VERSION"),
        (replacement(enterprise, consented=False), "LIAISON_CONSENT_MISSING"),
        (replacement(enterprise, phone="1"), "PHONE_INVALID"),
    ]:
        assert (await refusal(world.registry().ReplaceLiaison(request))).reason == reason
    assert (await refusal(world.registry(FOREIGN_OFFICER).ReplaceLiaison(replacement(enterprise)))).code.name == "NOT_FOUND"
    assert await world.snapshot() == before


async def test_a_repeated_replacement_replaces_once(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"))
    request = replacement(await world.enterprise(line(1)))
    first, again = [await world.registry().ReplaceLiaison(request) for _ in range(2)]
    assert first == again
    assert (await world.rows("SELECT count(*) FROM liaison"))[0][0] == 2


async def test_a_number_that_went_to_somebody_else_takes_nobody_along(world: World) -> None:
    """The old holder of the number had signed in; the new one, of another name, is another person."""
    await world.import_lines(line(1, contact="张三", phone="13800000001"), line(2))
    old = (await signed_in(world, "13800000001", "openid-old")).account
    await world.registry().ReplaceLiaison(replacement(await world.enterprise(line(1))))
    second = await world.enterprise(line(2))
    appointed = await world.registry().AppointLiaison(appointment(second.id, name="王五", phone="13800000001"))
    liaison = appointed.enterprise.liaison
    assert (liaison.person_id != old.person_id, liaison.bound) == (True, False)
    assert (await signed_in(world, "13800000001", "openid-other")).account.name == "王五"


async def test_the_same_person_may_come_back(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"))
    first = await signed_in(world, "13800000001", "openid")
    for name, phone in (("李四", "13800000002"), ("张三", "13800000001")):
        await world.registry().ReplaceLiaison(replacement(await world.enterprise(line(1)), name=name, phone=phone))
    back = await world.accounts().SignInWithWechat(accounts_pb.SignInWithWechatRequest(openid="openid"))
    assert back.account.person_id == first.account.person_id


async def test_the_audit_tells_who_why_and_no_name(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"))
    enterprise = await world.enterprise(line(1))
    request = replacement(enterprise)
    await world.registry(OFFICER).ReplaceLiaison(request)
    row = (await world.rows("SELECT actor, action, subject, reason, request_id, mark FROM audit ORDER BY position DESC"))[0]
    assert tuple(row)[:5] == (
        OFFICER.subject,
        "LIAISON_REPLACED",
        f"enterprise/{enterprise.id}",
        "工作调动",
        request.request_id,
    )
    assert row.mark != hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
    consent = await world.rows("SELECT consent_version, end_reason FROM liaison ORDER BY ended_at NULLS LAST")
    assert [tuple(one) for one in consent] == [(f"cohort-{YEAR}", "工作调动"), ("", None)]
