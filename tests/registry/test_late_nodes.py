"""Nodes ask for attention by themselves (PRJ-4): seven days ahead, on the day, each week after, once whoever sweeps."""

import asyncio
from datetime import UTC, datetime, time

import pytest
from fahu.registry.v1 import events_pb2
from sqlalchemy import text

from kit.calendar import BEIJING
from services.registry.rules import Duty
from services.registry.rules.projects import UNTOLD, next_look, number_of, serial_of, stage
from services.registry.service import late_nodes, units
from services.registry.service.audit import OPERATOR
from tests.registry.conftest import World
from tests.registry.project_people import LAST, TODAY, days, office


def test_each_stage_is_told_on_its_first_day_and_once() -> None:
    due, told, days_told = LAST, UNTOLD, []
    for ahead in range(-12, 24):
        day = due + days(ahead)
        if day >= next_look(due, told):
            assert stage(due, day) > told
            told = stage(due, day)
            days_told.append(ahead)
    assert days_told == [-7, 0, 1, 8, 15, 22]
    assert stage(due, due + days(30)) == 2 + 5  # weeks that nobody swept in are not made up for
    assert number_of(serial_of(2026, 12)) == (2026, 12)
    assert number_of("XM2026") is None


async def sweep_twice_at_once(world: World, day: int, pause: float = 0.1) -> int:
    """Two replicas sweep, the second while the first has not committed; how many events there are."""
    now = datetime.combine(TODAY + days(day), time(9), BEIJING).astimezone(UTC)

    async def second() -> None:
        async with world.database.begin() as session:
            await late_nodes.sweep(session, now)

    async with world.database.begin() as session:
        await late_nodes.sweep(session, now)
        other = asyncio.create_task(second())
        await asyncio.sleep(pause)
    await other
    kinds = (events_pb2.ProjectNodeDue, events_pb2.ProjectNodeLate)
    return sum([len(await world.events(kind)) for kind in kinds])


@pytest.mark.skipif(LAST - days(7) < TODAY, reason="the project would end before its node is due")
async def test_two_replicas_warn_leader_and_contact_once(world: World) -> None:
    town = await office(world)
    contact = await office(world)
    async with world.database.begin() as session:
        for duty, who in ((Duty.LEADER, town), (Duty.CONTACT, contact)):
            await units.set_duty(session, OPERATOR, town.actor.unit_code, duty, who.actor.person_id, datetime.now(UTC))
    project = await town.active(TODAY + days(7))
    await town.create("计划中的不提醒")
    counts = [await sweep_twice_at_once(world, day) for day in (-1, 0, 1, 7, 7, 8, 9, 15, 40)]
    assert counts == [0, 1, 1, 2, 2, 3, 3, 4, 5]
    (soon, today) = await world.events(events_pb2.ProjectNodeDue)
    assert (soon.today, today.today, set(soon.node.person_ids)) == (False, True, {town.person, contact.person})
    assert [event.week for event in await world.events(events_pb2.ProjectNodeLate)] == [1, 2, 5]
    assert soon.node.serial == project.serial


@pytest.mark.skipif(LAST - days(7) < TODAY, reason="the project would end before its node is due")
async def test_without_its_lock_two_replicas_warn_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await (await office(world)).active(TODAY + days(7))
    unlocked = text(late_nodes.CLAIM.text.replace("FOR UPDATE OF n SKIP LOCKED", ""))
    monkeypatch.setattr(late_nodes, "CLAIM", unlocked)
    assert await sweep_twice_at_once(world, 0, pause=0.5) == 2
