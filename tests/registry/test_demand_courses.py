"""The course of demands is counted from their events, whatever order they come in and however often."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from fahu.dispatch.v1 import demand_pb2, events_pb2
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.handling import Delivery, Handling
from services.registry.handlers import HANDLERS
from services.registry.queries import results
from services.registry.rules.figures import Course
from services.registry.service import demand_courses
from tests.registry.conftest import World

START = datetime(2025, 12, 31, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
HANDLE, ACCEPT = demand_pb2.CLOCK_KIND_HANDLE, demand_pb2.CLOCK_KIND_ACCEPT


def told(category: str, *events: Any, start: datetime = START) -> list[Delivery]:
    """The events of one demand, an hour between two of them."""
    demand_id, found = str(uuid4()), []
    for place, event in enumerate(events):
        event.demand.demand_id, event.demand.version, event.demand.category_code = demand_id, place + 2, category
        at = start + timedelta(hours=place)
        found.append(Delivery(uuid4(), type(event).DESCRIPTOR.full_name, event, at, demand_id, place + 2, "r"))
    return found


def lives() -> list[Delivery]:
    e = events_pb2
    return [
        *told(
            "hrss",
            e.DemandDispatched(),
            e.DemandAccepted(),
            e.DemandReplied(),
            e.DemandRated(satisfaction=2),
            e.DemandReopened(),
            e.DeadlineBreached(clock=HANDLE),
            e.DemandReplied(),
            e.DemandRated(satisfaction=5),
            e.DemandClosed(),
        ),
        *told("hrss", e.DemandDispatched(), e.DeadlineBreached(clock=ACCEPT), e.DemandAccepted(), e.DemandReturnRequested()),
        *told("hrss", e.DemandDispatched(), e.DemandAccepted(), e.DemandReplied(), e.DemandRated(satisfaction=3)),
        *told("unsure", e.DemandTriageRequired(), e.DemandWithdrawn()),
        *told("hrss", e.DemandDispatched(), start=START + timedelta(hours=2)),  # in the next year in Shanghai
    ]


async def handle(world: World, deliveries: Sequence[Delivery]) -> None:
    async with world.database.begin() as session:
        await Handling("registry", HANDLERS).effect(session, deliveries)


async def courses(world: World, year: int) -> dict[str, Course]:
    async with world.database.read() as session:
        return {row[0]: Course(*row) for row in await results.courses(session, year)}


WANTED = {
    "hrss": Course("hrss", 3, 3, 3, 1, 2, 1, 2, 1, 1, 1, 1, 0),
    "unsure": Course("unsure", submitted=1, withdrawn=1),
}


async def test_a_year_is_counted_by_category(world: World) -> None:
    await handle(world, lives())
    assert await courses(world, 2025) == WANTED
    assert await courses(world, 2026) == {"hrss": Course("hrss", submitted=1, dispatched=1)}
    assert await courses(world, 2024) == {}


async def test_order_and_repetition_make_no_difference(world: World) -> None:
    chance = random.Random(5)
    deliveries = lives()
    chance.shuffle(deliveries)
    for one in deliveries:
        await handle(world, [one])
    await handle(world, deliveries)
    # The stream was rebuilt, and the inbox had forgotten: nothing is counted twice either.
    await world.change("DELETE FROM inbox")
    chance.shuffle(deliveries)
    await handle(world, deliveries)
    assert await courses(world, 2025) == WANTED


async def test_nothing_of_whose_it_was_is_kept(world: World) -> None:
    event = events_pb2.DemandDispatched()
    event.demand.enterprise_id, event.demand.serial = str(uuid4()), "FH2025-000123"
    event.audience.liaison_ids.append(str(uuid4()))
    await handle(world, told("hrss", event))
    held = str(await world.rows("SELECT demand_course::text FROM demand_course"))
    assert event.demand.enterprise_id not in held
    assert "FH2025" not in held


async def test_events_of_all_types_are_counted_at_once(world: World) -> None:
    """Demands that find their agency and those that do not alternate, and would otherwise cost a statement each."""
    sizes: list[int] = []

    async def counting(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        sizes.append(len(deliveries))
        await demand_courses.keep(session, deliveries)

    alternating = [
        told("hrss", kind())[0] for _ in range(5) for kind in (events_pb2.DemandDispatched, events_pb2.DemandTriageRequired)
    ]
    async with world.database.begin() as session:
        await Handling("registry", dict.fromkeys(HANDLERS, counting)).effect(session, alternating)
    assert sizes == [10]
    assert (await courses(world, 2025))["hrss"].submitted == 10
