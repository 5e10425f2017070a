"""Who is asked about a service when the contact of an enterprise changes: the one who is there now, with the whole term."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fahu.registry.v1.liaison_service_pb2 import ResignLiaisonRequest
from fahu.registry.v1.liaison_service_pb2_grpc import LiaisonServiceStub
from fahu.registry.v1.service_record_pb2 import ServiceRecord
from sqlalchemy import text

from services.registry.service import service_records
from tests.registry.conftest import LEAD, PATIENCE, World, refusal
from tests.registry.project_people import office
from tests.registry.test_liaisons import replacement
from tests.registry.test_service_records import ONE, contact, point

ASKED = "SELECT asked_id, asked_at, answer_until, provisional, version FROM service_record WHERE id = :id"


async def served(world: World, of: Any = ONE) -> ServiceRecord:
    await world.import_lines(of)
    town = await office(world)
    (made,) = await town.serve(await town.active(), await point(world, of))
    return made


async def ask(world: World, now: datetime | None = None) -> int:
    async with world.database.begin() as session:
        return await service_records.ask_again(session, PATIENCE, now or datetime.now(UTC))


async def replace(world: World) -> str:
    """Another contact of ONE; who it is now."""
    answer = await world.registry(LEAD).ReplaceLiaison(replacement(await world.enterprise(ONE), phone="13800000009"))
    return str(answer.enterprise.liaison.person_id)


async def test_whoever_follows_is_asked_anew_with_the_whole_term(world: World) -> None:
    made = await served(world)
    successor = await replace(world)
    (left,) = await world.rows(ASKED, id=made.id)
    assert tuple(left) == (None, None, None, False, made.version + 1)
    later = datetime.now(UTC) + timedelta(days=2)
    assert await ask(world, later) == 1
    (asked,) = await world.rows(ASKED, id=made.id)
    assert (str(asked.asked_id), asked.answer_until) == (successor, PATIENCE.until(later)[0])
    assert await ask(world, later) == 0


async def test_who_resigns_is_not_presumed_to_have_said_yes(world: World) -> None:
    made = await served(world)
    me = (await contact(world, ONE)).actor
    await world.stub(LiaisonServiceStub, me).ResignLiaison(ResignLiaisonRequest(reason="离职", request_id="go"))
    assert (await world.rows(ASKED, id=made.id))[0].answer_until is None
    assert await ask(world) == 0  # there is nobody to ask


LEAVES = "UPDATE liaison SET ended_at = now(), end_reason = '离职' WHERE ended_at IS NULL"
LOCKED = "SELECT id FROM enterprise FOR UPDATE"


async def test_who_leaves_while_a_service_is_recorded_is_not_asked(world: World) -> None:
    """The silence of somebody who is gone would count as a yes."""
    await world.import_lines(ONE)
    town = await office(world)
    project, one = await town.active(), await point(world, ONE)
    await contact(world, ONE)
    async with world.database.begin() as session:
        await session.execute(text(LOCKED))
        await session.execute(text(LEAVES))
        recording = asyncio.create_task(town.serve(project, one))
        await asyncio.sleep(0.3)
        assert not recording.done()
    (made,) = await recording
    assert (await world.rows(ASKED, id=made.id))[0].asked_id is None


async def test_who_is_about_to_leave_is_not_asked_afterwards(world: World) -> None:
    made = await served(world)
    await world.change("UPDATE service_record SET asked_id = NULL, asked_at = NULL, answer_until = NULL")
    async with world.database.begin() as session:
        await session.execute(text(LEAVES))
        assert await ask(world) == 0
    assert (await world.rows(ASKED, id=made.id))[0].asked_id is None


async def test_a_point_that_is_being_withdrawn_is_not_served(world: World) -> None:
    await world.import_lines(ONE)
    town = await office(world)
    project, one = await town.active(), await point(world, ONE)
    async with world.database.begin() as session:
        await session.execute(text(WITHDRAWN))
        recording = asyncio.create_task(town.serve(project, one))
        await asyncio.sleep(0.3)
    assert (await refusal(recording)).reason == "SERVICES_REFUSED"


async def test_what_is_presumed_already_stays_so(world: World) -> None:
    made = await served(world)
    await world.change("UPDATE service_record SET answer_until = now() - interval '1 minute'")
    (before,) = await world.rows(ASKED, id=made.id)
    await replace(world)
    assert await world.rows(ASKED, id=made.id) == [before]


WITHDRAWN = "UPDATE designation SET active = false, withdrawn_at = now(), withdrawn_by = id, withdrawn_reason = '迁出'"
CLOSED = "UPDATE cohort SET state = 'CLOSED', closed_at = now(), version = version + 1"


@pytest.mark.parametrize("over", [WITHDRAWN, CLOSED])
async def test_nobody_is_asked_about_what_is_over(world: World, over: str) -> None:
    await served(world)
    await replace(world)
    await world.change(over)
    assert await ask(world) == 0
