"""Signing in and staying signed in: who gets in, with what, how often, and who is shut out."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_service_pb2 as pb
from fahu.registry.v1 import events_pb2

from services.registry.personal import Passwords
from services.registry.service import people, sessions
from services.registry.service.accounts import matching_step
from services.registry.service.audit import OPERATOR
from services.registry.service.people import StaffDraft
from tests import signing
from tests.registry.conftest import YEAR, World, race, refusal
from tests.registry.files import ZHUJING, line

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PHONE = "13800000001"
STAFF_PHONE = "13900000001"


async def wechat(world: World, openid: str = "openid", phone: str = "") -> Any:
    return await world.accounts().SignInWithWechat(pb.SignInWithWechatRequest(openid=openid, phone=phone))


async def password(world: World, login: str = "hrss.contact", word: str = "correct horse", totp: str = "") -> Any:
    code = totp or pyotp.TOTP(SECRET).now()
    request = pb.SignInWithPasswordRequest(login_name=login, password=word, totp=code)
    return await world.accounts().SignInWithPassword(request)


async def refresh(world: World, token: str) -> Any:
    return await world.accounts().RefreshSession(pb.RefreshSessionRequest(refresh_token=token))


async def add_staff(world: World, **fields: Any) -> None:
    values: dict[str, Any] = {
        "unit_code": "hrss",
        "roles": frozenset({int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER)}),
        "name": "赵六",
        "phone": STAFF_PHONE,
        "login_name": "hrss.contact",
        "password_hash": await Passwords().hash("correct horse"),
        "totp_secret": SECRET,
    }
    await world.staff(StaffDraft(**(values | fields)))


async def test_a_contact_binds_once_and_then_comes_with_wechat_alone(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    assert (await refusal(wechat(world))).reason == "WECHAT_NOT_BOUND"
    first = await wechat(world, phone=PHONE)
    account = first.account
    assert (account.name, account.phone, list(account.roles)) == ("张三", "138****0001", [Role.ROLE_LIAISON])
    assert (account.enterprise_name, account.area_code) == (line(1).name, ZHUJING)
    lifetime = first.session.expires_at.ToDatetime(UTC) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < lifetime <= timedelta(days=30)
    second = await wechat(world)
    assert second.account == account
    assert second.session.id != first.session.id


async def test_who_is_not_let_in_through_wechat(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    await wechat(world, phone=PHONE)
    assert (await refusal(wechat(world, "stranger", "13700000000"))).reason == "NOT_ON_ROSTER"
    assert (await refusal(wechat(world, "second-wechat", PHONE))).reason == "BOUND_TO_ANOTHER_WECHAT"
    assert (await world.rows("SELECT count(*) FROM session"))[0][0] == 1


async def test_a_contact_with_a_new_wechat_gets_in_once_unbound(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    old = await wechat(world, "old-wechat", PHONE)
    async with world.database.begin() as session:
        await people.unbind_wechat(session, world.personal, OPERATOR, PHONE, datetime.now(UTC))
    assert (await refusal(refresh(world, old.session.refresh_token))).reason == "SESSION_ENDED"
    assert (await wechat(world, "new-wechat", PHONE)).account == old.account
    assert (await refusal(wechat(world, "old-wechat"))).reason == "WECHAT_NOT_BOUND"


async def test_a_contact_of_last_year_still_signs_in(world: World) -> None:
    """REG-8: it reads its history; what it may start is for dispatch to refuse."""
    await world.import_lines(line(1, contact="张三", phone=PHONE), year=YEAR - 1)
    account = (await wechat(world, phone=PHONE)).account
    assert (list(account.roles), account.area_code) == ([Role.ROLE_LIAISON], ZHUJING)


async def test_staff_sign_in_through_wechat_too(world: World) -> None:
    await add_staff(world, unit_code=f"area-{ZHUJING}", roles=frozenset({int(Role.ROLE_AREA_OFFICER)}), login_name=None)
    account = (await wechat(world, phone=STAFF_PHONE)).account
    assert (account.unit_code, account.unit_name, account.area_code) == (f"area-{ZHUJING}", "朱泾镇", ZHUJING)
    assert (list(account.roles), account.enterprise_id) == ([Role.ROLE_AREA_OFFICER], "")


async def test_one_wechat_bound_twice_at_once_is_bound_once(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE), line(2, contact="李四", phone="13800000002"))
    calls = [wechat(world, "one", phone) for phone in (PHONE, "13800000002")]
    passed, refused = await race(*calls)
    names = {result.account.name for result in passed}
    bound = await world.rows("SELECT count(*) FROM person WHERE openid IS NOT NULL")
    assert (len(names), bound[0][0]) == (1, 1)
    assert set(refused) <= {"BOUND_TO_ANOTHER_WECHAT"}


async def test_console_staff_need_all_three_parts_and_are_never_told_which_was_wrong(world: World) -> None:
    await add_staff(world)
    wrong = ({"login": "nobody"}, {"word": "wrong"}, {"totp": "000000"}, {"totp": "１２３４５６"})
    refusals = [await refusal(password(world, **part)) for part in wrong]
    assert {(one.code.name, one.reason, str(one.metadata)) for one in refusals} == {
        ("UNAUTHENTICATED", "CREDENTIALS_WRONG", "{}")
    }
    account = (await password(world)).account
    assert (account.name, account.unit_name) == ("赵六", "区人社局")
    assert set(account.roles) == {Role.ROLE_AGENCY_CONTACT, Role.ROLE_AGENCY_HANDLER}


async def test_a_one_time_code_works_once_even_at_once(world: World) -> None:
    await add_staff(world)
    code = pyotp.TOTP(SECRET).now()
    passed, refused = await race(*[password(world, totp=code) for _ in range(4)])
    assert (len(passed), refused) == (1, ["CREDENTIALS_WRONG"] * 3)
    assert (await refusal(password(world, totp=code))).reason == "CREDENTIALS_WRONG"


@pytest.mark.parametrize(("seconds", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_is_of_the_present_step_or_a_neighbour(seconds: int, fits: bool) -> None:
    now = datetime(2026, 11, 23, 8, 0, 5, tzinfo=UTC)
    code = pyotp.TOTP(SECRET).at(now + timedelta(seconds=seconds))
    assert (matching_step(SECRET, code, now) is not None) is fits


async def test_an_unknown_login_takes_as_long_as_a_wrong_password(world: World) -> None:
    """Else the time tells which login names exist. The work itself is compared, on an idle hasher."""
    passwords = Passwords()
    stored = await passwords.hash("correct horse")
    seconds: dict[str, float] = {}
    for name, given in (("wrong", stored), ("unknown", None)) * 3:
        begin = time.thread_time()
        assert not passwords._check(given or passwords._of_nobody, "wrong")
        seconds[name] = min(seconds.get(name, 9), time.thread_time() - begin)
    assert seconds["unknown"] > seconds["wrong"] / 2
    assert not await passwords.fits(None, "nobody's password")


async def test_a_refresh_token_works_once_and_the_session_goes_on(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    opened = await wechat(world, phone=PHONE)
    token = opened.session.refresh_token
    for _ in range(3):
        renewed = await refresh(world, token)
        assert (renewed.session.id, renewed.account) == (opened.session.id, opened.account)
        assert renewed.session.refresh_token != token
        token = renewed.session.refresh_token


async def test_a_lost_answer_logs_nobody_out(world: World) -> None:
    """Within the grace the same token gets the same answer, and both copies are the one live token."""
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    token = (await wechat(world, phone=PHONE)).session.refresh_token
    answers = await asyncio.gather(*[refresh(world, token) for _ in range(3)])
    assert len({answer.session.refresh_token for answer in answers}) == 1
    await refresh(world, answers[0].session.refresh_token)


async def test_a_used_token_ends_the_session_and_voids_its_tokens(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    opened = await wechat(world, phone=PHONE)
    other_device = await wechat(world)
    newest = (await refresh(world, opened.session.refresh_token)).session.refresh_token
    await world.change("UPDATE session SET rotated_at = rotated_at - interval '31 seconds'")
    assert (await refusal(refresh(world, opened.session.refresh_token))).reason == "SESSION_ENDED"
    assert (await refusal(refresh(world, newest))).reason == "SESSION_ENDED"
    assert [event.person_id for event in await world.events(events_pb2.AccessRevoked)] == [opened.account.person_id]
    await refresh(world, other_device.session.refresh_token)


async def test_a_token_used_long_ago_ends_the_session_too(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    first = (await wechat(world, phone=PHONE)).session.refresh_token
    second = (await refresh(world, first)).session.refresh_token
    third = (await refresh(world, second)).session.refresh_token
    assert (await refusal(refresh(world, first))).reason == "SESSION_ENDED"
    assert (await refusal(refresh(world, third))).reason == "SESSION_ENDED"


async def test_an_unknown_token_and_an_expired_session_are_refused(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    opened = await wechat(world, phone=PHONE)
    for token in ("x", "令牌", opened.session.refresh_token[::-1], opened.session.id):
        assert (await refusal(refresh(world, token))).reason == "SESSION_ENDED"
    await world.change("UPDATE session SET expires_at = now()")
    assert (await refusal(refresh(world, opened.session.refresh_token))).reason == "SESSION_ENDED"


async def test_signing_out_ends_one_session_and_asks_no_questions(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    ended, kept = await wechat(world, phone=PHONE), await wechat(world)
    for token in (ended.session.refresh_token, ended.session.refresh_token, "never a token"):
        await world.accounts().EndSession(pb.EndSessionRequest(refresh_token=token))
    assert (await refusal(refresh(world, ended.session.refresh_token))).reason == "SESSION_ENDED"
    await refresh(world, kept.session.refresh_token)


async def test_staff_who_left_are_shut_out(world: World) -> None:
    await add_staff(world)
    opened = await wechat(world, "staff", STAFF_PHONE)
    async with world.database.begin() as session:
        await people.end_staff(session, world.personal, OPERATOR, STAFF_PHONE, datetime.now(UTC))
    assert (await refusal(refresh(world, opened.session.refresh_token))).reason == "SESSION_ENDED"
    assert (await refusal(wechat(world, "staff"))).reason == "ACCOUNT_WITHOUT_ROLE"
    assert (await refusal(wechat(world, "staff", STAFF_PHONE))).reason == "ACCOUNT_WITHOUT_ROLE"
    assert (await refusal(password(world))).reason == "CREDENTIALS_WRONG"
    revoked = (await world.accounts().ListRevocations(pb.ListRevocationsRequest())).revocations
    assert [one.person_id for one in revoked] == [opened.account.person_id]


async def test_an_openid_follows_its_owner_into_a_new_post(world: World) -> None:
    """Formerly staff, now the contact of an enterprise, with a new number and the same WeChat."""
    await add_staff(world)
    await wechat(world, phone=STAFF_PHONE)
    async with world.database.begin() as session:
        await people.end_staff(session, world.personal, OPERATOR, STAFF_PHONE, datetime.now(UTC))
    await world.import_lines(line(1, contact="赵六", phone=PHONE))
    assert (await wechat(world, phone=PHONE)).account.enterprise_name == line(1).name
    assert list((await wechat(world)).account.roles) == [Role.ROLE_LIAISON]


async def test_staff_whose_roles_change_need_new_tokens(world: World) -> None:
    await add_staff(world)
    opened = await wechat(world, "staff", STAFF_PHONE)
    await add_staff(world)  # the same again: nothing changes
    await refresh(world, opened.session.refresh_token)
    await add_staff(world, unit_code="justice", roles=frozenset({int(Role.ROLE_AGENCY_LEAD)}))
    assert (await refusal(refresh(world, opened.session.refresh_token))).reason == "SESSION_ENDED"
    account = (await wechat(world, "staff")).account
    assert (account.unit_code, list(account.roles)) == ("justice", [Role.ROLE_AGENCY_LEAD])


async def test_an_account_is_its_owners(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    account = (await wechat(world, phone=PHONE)).account
    owner = signing.person(Role.ROLE_LIAISON, person_id=account.person_id)
    assert (await world.accounts(owner).GetAccount(pb.GetAccountRequest())).account == account
    nobody = signing.person(Role.ROLE_LIAISON, person_id=uuid4())
    assert (await refusal(world.accounts(nobody).GetAccount(pb.GetAccountRequest()))).reason == "PERSON_NOT_FOUND"


async def test_revocations_become_visible_in_the_order_of_their_positions(world: World) -> None:
    """A reader who has seen a position has seen all before it, however the transactions overlap."""
    await world.import_lines(*[line(n, contact="张三", phone=f"1380000000{n}") for n in (1, 2)])
    first, second = [row[0] for row in await world.rows("SELECT id FROM person ORDER BY id")]

    async def revoke(person: Any) -> None:
        async with world.database.begin() as session:
            await sessions.shut_out(session, person)

    async def positions() -> list[int]:
        found = await world.accounts().ListRevocations(pb.ListRevocationsRequest())
        return [one.position for one in found.revocations]

    async with world.database.begin() as session:
        await sessions.shut_out(session, first)
        later = asyncio.create_task(revoke(second))
        await asyncio.sleep(0.2)
        assert await positions() == []
    await later
    assert await positions() == [1, 2]
    newer = await world.accounts().ListRevocations(pb.ListRevocationsRequest(after_position=1))
    assert [one.position for one in newer.revocations] == [2]


async def test_old_sessions_and_revocations_are_forgotten(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    person = (await wechat(world, phone=PHONE)).account.person_id
    async with world.database.begin() as session:
        await sessions.shut_out(session, person)
    await world.change("UPDATE revocation SET before = before - interval '3 hours'")
    await wechat(world)
    later = datetime.now(UTC) + timedelta(days=31)
    assert len((await world.accounts().ListRevocations(pb.ListRevocationsRequest())).revocations) == 0
    async with world.database.begin() as session:
        await sessions.forget_old(session, later)
    assert await world.rows("SELECT 1 FROM session UNION ALL SELECT 1 FROM revocation") == []


async def test_notify_gets_the_addresses_of_those_who_have_signed_in(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE), line(2, contact="李四", phone="13800000002"))
    bound = (await wechat(world, "openid-of-zhang", PHONE)).account.person_id
    ids = [str(row[0]) for row in await world.rows("SELECT id FROM person")]
    request = pb.BatchGetWechatAddressesRequest(person_ids=[*ids, str(uuid4())])
    found = (await world.accounts("notify").BatchGetWechatAddresses(request)).addresses
    assert {one.person_id: one.openid for one in found} == {i: "openid-of-zhang" if i == bound else "" for i in ids}
