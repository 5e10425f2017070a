"""A contact's first sign-in by an invite: one that lives, once, and nothing to learn from guessing."""

import re
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_service_pb2 as accounts_pb
from fahu.registry.v1 import invite_service_pb2 as pb
from fahu.registry.v1.invite_service_pb2_grpc import InviteServiceStub

from services.registry.rules.invites import ALPHABET, code_of, normal_code
from services.registry.service import invites
from tests import signing
from tests.registry.conftest import INVITES_LIVE, LEAD, World, race, refusal
from tests.registry.files import FENGJING, ZHUJING, line
from tests.registry.test_liaisons import FOREIGN_OFFICER, OFFICER, replacement

PHONE = "13800000001"


async def point(world: World) -> Any:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    return await world.enterprise(line(1))


async def invite(world: World, enterprise: Any, actor: Any = OFFICER, request_id: str = "") -> Any:
    request = pb.CreateInviteRequest(enterprise_id=enterprise.id, request_id=request_id or uuid4().hex)
    return await world.stub(InviteServiceStub, actor).CreateInvite(request)


def enter(world: World, code: str, openid: str = "openid") -> Awaitable[Any]:
    request = accounts_pb.SignInWithWechatRequest(openid=openid, invite_code=code)
    return world.accounts().SignInWithWechat(request)  # type: ignore[no-any-return]


async def reason(call: Awaitable[Any]) -> str:
    return (await refusal(call)).reason


def test_codes_are_written_without_what_people_confuse() -> None:
    assert not set("0O1ILS5Z2") & set(ALPHABET) - {"5", "2"}
    assert {code_of(bytes([0] * 31 + [byte])) for byte in range(29)} == {sign + "2" * 7 for sign in ALPHABET}
    assert normal_code(" abcd-ＥＦgh ") == "ABCDEFGH"


async def test_a_contact_comes_in_by_the_code_and_then_by_wechat_alone(world: World) -> None:
    enterprise = await point(world)
    made = await invite(world, enterprise)
    assert re.fullmatch(f"[{ALPHABET}]{{8}}", made.code)
    assert made.invite.expires_at.ToDatetime(UTC) - made.invite.created_at.ToDatetime(UTC) == INVITES_LIVE
    typed = f"{made.code[:4]}-{made.code[4:]}".lower()
    first = await enter(world, typed)
    assert (first.account.name, first.account.enterprise_id) == ("张三", enterprise.id)
    again = await world.accounts().SignInWithWechat(accounts_pb.SignInWithWechatRequest(openid="openid"))
    assert again.account == first.account
    used = (await world.rows("SELECT actor, action, subject, reason FROM audit ORDER BY position DESC LIMIT 1"))[0]
    assert tuple(used) == (first.account.person_id, "INVITE_USED", f"invite/{made.invite.id}", "")
    assert await reason(enter(world, made.code, "another")) == "INVITE_INVALID"
    assert await reason(invite(world, enterprise)) == "INVITE_NOT_NEEDED"


async def test_every_fault_is_the_same(world: World) -> None:
    """Wrong, expired, revoked, superseded, of a contact who was replaced: nobody learns which."""
    enterprise = await point(world)
    superseded = (await invite(world, enterprise)).code
    revoked = (await invite(world, enterprise)).code
    stub, named = world.stub(InviteServiceStub), pb.RevokeInviteRequest(enterprise_id=enterprise.id)
    await stub.RevokeInvite(named)
    await stub.RevokeInvite(named)
    expired = (await invite(world, enterprise, LEAD)).code
    await world.change("ALTER TABLE invite DISABLE TRIGGER invite_ends_once")
    await world.change("UPDATE invite SET created_at = created_at - interval '15 days', expires_at = now() - interval '1 s'")
    assert await reason(stub.GetInvite(pb.GetInviteRequest(enterprise_id=enterprise.id))) == "INVITE_NOT_FOUND"
    former = (await invite(world, enterprise, LEAD)).code
    await world.registry().ReplaceLiaison(replacement(await world.enterprise(line(1))))
    told = [
        await refusal(enter(world, code, f"openid-{place}"))
        for place, code in enumerate(["AAAAAAAA", "", "!", superseded, revoked, expired, former])
        if code
    ]
    assert {(one.code.name, one.reason, str(one.metadata)) for one in told} == {
        ("PERMISSION_DENIED", "INVITE_INVALID", "{}")
    }
    assert (await world.rows("SELECT count(*) FROM session"))[0][0] == 0


async def test_who_guesses_five_times_gets_no_further_that_day(world: World) -> None:
    code = (await invite(world, await point(world))).code
    for _ in range(5):
        assert await reason(enter(world, "AAAAAAAA")) == "INVITE_INVALID"
    assert await reason(enter(world, code)) == "INVITE_INVALID"
    later = datetime.now(UTC) + timedelta(days=1, minutes=1)
    async with world.database.begin() as session:
        opened = await invites.sign_in_with_invite(session, world.personal, "openid", code, later, world.policy)
    assert opened is not None
    assert (await world.rows("SELECT count(*) FROM invite_attempt"))[0][0] == 0


async def test_guesses_at_once_are_counted_one_by_one(world: World) -> None:
    code = (await invite(world, await point(world))).code
    _, refused = await race(*[enter(world, "AAAAAAAA") for _ in range(8)])
    assert refused == ["INVITE_INVALID"] * 8
    assert await reason(enter(world, code)) == "INVITE_INVALID"
    assert (await enter(world, code, "the contact's own")).account.name == "张三"


async def test_one_code_given_by_two_at_once_lets_one_in(world: World) -> None:
    code = (await invite(world, await point(world))).code
    passed, refused = await race(*[enter(world, code, f"openid-{number}") for number in range(4)])
    assert (len(passed), set(refused)) == (1, {"INVITE_INVALID"})
    assert (await world.rows("SELECT count(*) FROM person WHERE openid IS NOT NULL"))[0][0] == 1


async def test_a_button_pressed_twice_signs_in_twice(world: World) -> None:
    code = (await invite(world, await point(world))).code
    passed, refused = await race(*[enter(world, code) for _ in range(3)])
    assert (len(passed), refused) == (3, [])


async def test_a_retry_gets_the_same_code_and_two_at_once_leave_one_that_lives(world: World) -> None:
    enterprise = await point(world)
    first, again = [await invite(world, enterprise, request_id="the-same") for _ in range(2)]
    assert first == again
    assert (await invite(world, enterprise, LEAD, "the-same")).code != first.code
    made, refused = await race(*[invite(world, enterprise) for _ in range(4)])
    assert (len({one.code for one in made}), refused) == (4, [])
    lives = await world.rows("SELECT count(*) FROM invite WHERE used_at IS NULL AND revoked_at IS NULL")
    assert lives[0][0] == 1


async def test_a_retry_tells_no_code_as_good_that_opens_nothing(world: World) -> None:
    enterprise = await point(world)
    await invite(world, enterprise, request_id="superseded")
    await invite(world, enterprise, request_id="revoked")
    await world.stub(InviteServiceStub).RevokeInvite(pb.RevokeInviteRequest(enterprise_id=enterprise.id))
    for ended in ("superseded", "revoked"):
        assert await reason(invite(world, enterprise, request_id=ended)) == "INVITE_NOT_FOUND"
    await invite(world, enterprise, request_id="expired")
    await world.change("ALTER TABLE invite DISABLE TRIGGER invite_ends_once")
    await world.change("UPDATE invite SET created_at = created_at - interval '15 days', expires_at = now() - interval '1 s'")
    assert await reason(invite(world, enterprise, request_id="expired")) == "INVITE_NOT_FOUND"
    await enter(world, (await invite(world, enterprise, request_id="used")).code)
    assert await reason(invite(world, enterprise, request_id="used")) == "INVITE_NOT_NEEDED"


async def test_who_may_make_one_and_for_whom(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE), line(2))
    first, nobody_yet = await world.enterprise(line(1)), await world.enterprise(line(2))
    assert await reason(invite(world, first, FOREIGN_OFFICER)) == "ENTERPRISE_NOT_FOUND"
    assert await reason(invite(world, nobody_yet)) == "LIAISON_NOT_FOUND"
    two_hats = signing.person(Role.ROLE_AREA_OFFICER, Role.ROLE_SUPERVISOR, unit=f"area-{FENGJING}", area=FENGJING)
    assert await reason(invite(world, first, two_hats)) == "PERMISSION_DENIED"
    found = await world.stub(InviteServiceStub).CreateInvite(pb.CreateInviteRequest(enterprise_id=first.id, request_id="r"))
    shown = await world.stub(InviteServiceStub, OFFICER).GetInvite(pb.GetInviteRequest(enterprise_id=first.id))
    assert shown.invite == found.invite
    assert found.code not in str(await world.rows("SELECT invite::text FROM invite"))
    assert OFFICER.area_code == ZHUJING


async def test_an_invite_is_no_way_around_a_role_or_a_phone(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE), line(2, contact="李四", phone="13800000002"))
    code = (await invite(world, await world.enterprise(line(1)), LEAD)).code
    both = accounts_pb.SignInWithWechatRequest(openid="x", phone=PHONE, invite_code=code)
    assert await reason(world.accounts().SignInWithWechat(both)) == "FIELDS_INVALID"
    await world.accounts().SignInWithWechat(accounts_pb.SignInWithWechatRequest(openid="li", phone="13800000002"))
    assert (await enter(world, code, "li")).account.name == "李四"  # who has a role uses nobody's invite up
    assert (await enter(world, code, "zhang")).account.name == "张三"


@pytest.mark.parametrize("change", ["used_at = NULL", "expires_at = expires_at + interval '1 day'", "revoked_at = now()"])
async def test_an_invite_that_ended_stays_so(world: World, change: str) -> None:
    code = (await invite(world, await point(world))).code
    await enter(world, code)
    with pytest.raises(Exception, match="only ever ends, once"):
        await world.change(f"UPDATE invite SET {change}")
