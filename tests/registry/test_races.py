"""Whoever loses a role while signing in does not stay in. Each lock is proved by what happens without it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest
from fahu.registry.v1 import account_service_pb2 as pb
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.models import Person
from services.registry.personal import Passwords
from services.registry.queries import people as queries
from services.registry.service import sessions
from tests.registry.conftest import World, refusal
from tests.registry.files import line
from tests.registry.test_accounts import PHONE, SECRET, add_staff, password, refresh, wechat
from tests.registry.test_liaisons import replacement


class Pause:
    """Stops a query of the service after it read (or before it reads), until told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str, before: bool = False) -> None:
        self.reached, self.go = asyncio.Event(), asyncio.Event()
        real: Callable[..., Awaitable[Any]] = getattr(queries, name)

        async def paused(*arguments: Any) -> Any:
            answer = None if before else await real(*arguments)
            self.reached.set()
            await self.go.wait()
            return await real(*arguments) if before else answer

        monkeypatch.setattr(queries, name, paused)


async def unlocked_by_openid(session: AsyncSession, openid_index: bytes) -> Person | None:
    return await session.scalar(select(Person).where(Person.openid_index == openid_index))


async def no_lock(session: AsyncSession, person_id: UUID) -> None:
    """What `lock_person` must not become."""


async def replace(world: World, enterprise: Any) -> None:
    await world.registry().ReplaceLiaison(replacement(enterprise))


async def sessions_left(world: World, monkeypatch: pytest.MonkeyPatch, phone: str) -> int:
    """Replace a contact who has just been found to have a role; how many sessions it has when all is done."""
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    enterprise = await world.enterprise(line(1))
    if not phone:
        await wechat(world, phone=PHONE)
    pause = Pause(monkeypatch, "has_role")
    entering = asyncio.create_task(wechat(world, phone=phone))
    await pause.reached.wait()
    replacing = asyncio.create_task(replace(world, enterprise))
    await asyncio.wait({replacing}, timeout=0.5)
    pause.go.set()
    await asyncio.gather(entering, replacing)
    return int((await world.rows("SELECT count(*) FROM session"))[0][0])


@pytest.mark.parametrize("phone", ["", PHONE])
async def test_a_sign_in_under_way_does_not_outlive_the_replacement(
    world: World, monkeypatch: pytest.MonkeyPatch, phone: str
) -> None:
    assert await sessions_left(world, monkeypatch, phone) == 0


@pytest.mark.parametrize(
    ("phone", "name", "without"),
    [("", "person_by_openid", unlocked_by_openid), ("", "lock_person", no_lock), (PHONE, "lock_person", no_lock)],
)
async def test_without_one_of_the_locks_it_does(
    world: World, monkeypatch: pytest.MonkeyPatch, phone: str, name: str, without: Any
) -> None:
    monkeypatch.setattr(queries, name, without)
    assert await sessions_left(world, monkeypatch, phone) == 1


async def test_who_comes_while_being_replaced_has_no_role(world: World) -> None:
    """The other order: the replacement has begun, the sign-in waits for it."""
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    person_id = (await wechat(world, phone=PHONE)).account.person_id
    async with world.database.begin() as session:
        await session.execute(text("UPDATE liaison SET ended_at = now(), end_reason = '工作调动'"))
        await sessions.shut_out(session, UUID(person_id))
        entering = asyncio.create_task(refusal(wechat(world)))
        await asyncio.sleep(0.3)
        assert not entering.done()
    assert (await entering).reason == "ACCOUNT_WITHOUT_ROLE"


async def test_tokens_made_while_a_replacement_waited_are_void_too(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone=PHONE))
    opened = await wechat(world, phone=PHONE)
    enterprise = await world.enterprise(line(1))
    async with world.database.begin() as session:
        await session.execute(text("SELECT FROM enterprise FOR UPDATE"))
        replacing = asyncio.create_task(replace(world, enterprise))
        await asyncio.sleep(sessions.MARGIN.total_seconds() + 0.5)
        await refresh(world, opened.session.refresh_token)
        made = datetime.now(UTC)
    await replacing
    revoked = (await world.accounts().ListRevocations(pb.ListRevocationsRequest())).revocations
    assert revoked[0].before.ToDatetime(UTC) >= made + sessions.MARGIN - timedelta(seconds=0.1)


async def test_a_password_changed_meanwhile_opens_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old one was found right; before the code was looked at, an operator changed it."""
    await add_staff(world)
    pause = Pause(monkeypatch, "lock_person", before=True)
    entering = asyncio.create_task(refusal(password(world)))
    await pause.reached.wait()
    await add_staff(world, password_hash=await Passwords().hash("another"))
    pause.go.set()
    assert (await entering).reason == "CREDENTIALS_WRONG"
    assert (await password(world, word="another", totp=pyotp.TOTP(SECRET).now())).account.name == "赵六"
