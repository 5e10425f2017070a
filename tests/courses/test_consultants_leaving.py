"""Consultants whose time ends: the sessions ahead in which they sit go over to who follows, or stand against it."""

import asyncio
from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.courses.v1 import consultation_service_pb2 as rpc
from fahu.courses.v1.events_pb2 import ConsultationChanged

from kit.rpc.client import refusal_of
from tests.courses.conftest import HOST, World, refusal
from tests.courses.consulting import YEAR, Consulting, consulting, on_session
from tests.courses.corps import CONSULTATION, CorpsWorld

LEAVE = "UPDATE consultant SET ended_at = now(), end_reason = 'x', version = version + 1 WHERE unit_code = 'hrss'"


@pytest.fixture
async def corps(world: World) -> Consulting:
    return await consulting(world)


async def _consultant(corps: Consulting) -> Any:
    listed = await CorpsWorld(corps.world).listed(HOST, CONSULTATION, year=YEAR, unit_code="hrss")
    return listed.members[0]


async def test_who_follows_sits_in_the_sessions_ahead(corps: Consulting) -> None:
    members, begun = CorpsWorld(corps.world), await corps.begin(await corps.announced(days=-2))
    ahead = [await corps.announced(), await corps.plan(days=-1)]
    old = await _consultant(corps)
    for stands in (await refusal(members.replace(old, "李顾问")), await refusal(members.end(old))):
        assert (stands.reason, stands.metadata["count"]) == ("LECTURES_AHEAD", "2")
    successor = (await members.replace(old, "李顾问", takes_over=True)).member
    for one in ahead:
        found = await corps.get(one.id)
        assert [adviser.consultant_id for adviser in found.advisers] == [successor.id]
        assert found.version == one.version + 1
        assert (await corps.world.events(ConsultationChanged, one.id))[-1].consultation.version == found.version
    assert [adviser.consultant_id for adviser in (await corps.get(begun.id)).advisers] == [old.id]


async def test_who_sits_in_nothing_ahead_may_leave(corps: Consulting) -> None:
    await corps.begin(await corps.announced(days=-2))
    await corps.cancel_session(await corps.plan())
    assert (await CorpsWorld(corps.world).end(await _consultant(corps))).HasField("ended_at")


async def test_a_session_planned_while_its_consultant_leaves_has_a_consultant(corps: Consulting) -> None:
    """Whoever comes second is refused; neither leaves somebody who is gone in a session ahead."""
    members = CorpsWorld(corps.world)
    for _ in range(5):
        one = await members.appoint(f"顾问{uuid4().hex}", corps=CONSULTATION, year=YEAR)
        calls = [members.end(one), corps.plan(consultant_ids=[one.id])]
        done = await asyncio.gather(*calls, return_exceptions=True)
        refused = [refusal_of(each).reason for each in done if isinstance(each, grpc.aio.AioRpcError)]
        assert refused in (["CONSULTANT_NOT_FOUND"], ["LECTURES_AHEAD"])
        await corps.world.change("UPDATE consultation SET state = 'CANCELLED', end_reason = 'x' WHERE state <> 'CANCELLED'")
        if refused == ["LECTURES_AHEAD"]:
            await members.end(one)


async def test_nobody_announces_a_session_whose_consultant_is_gone(corps: Consulting) -> None:
    planned = await corps.plan()
    await corps.world.change(LEAVE)
    request = rpc.AnnounceConsultationRequest(on=on_session(planned))
    assert (await refusal(corps.sessions().AnnounceConsultation(request))).reason == "CONSULTATION_WITHOUT_STAFF"
