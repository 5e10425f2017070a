"""Dispatch's own copy of who takes part: the newest word wins, in whatever order and how often the events come."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.registry.v1 import enterprise_pb2, events_pb2, unit_pb2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.events.handling import Delivery, Handling
from services.dispatch.handlers import HANDLERS
from services.dispatch.service.reference import load_categories
from tests import signing
from tests.dispatch.conftest import World, draft

HANDLING = Handling("dispatch", HANDLERS)


def delivery(event: Any, at: datetime | None = None) -> Delivery:
    kind = event.DESCRIPTOR.full_name
    return Delivery(uuid4(), kind, event, at or datetime.now(UTC), "aggregate", event.version, "request")


async def deliver(world: World, *deliveries: Delivery) -> None:
    async with world.database.begin() as session:
        await HANDLING.effect(session, deliveries)


def unit(code: str, version: int, *contacts: UUID, active: bool = True) -> Delivery:
    event = events_pb2.UnitChanged(
        code=code, name=f"{code} {version}", kind=unit_pb2.UNIT_KIND_AGENCY, active=active, version=version
    )
    event.contact_person_ids.extend(map(str, contacts))
    return delivery(event)


async def test_the_newest_state_of_a_unit_decides(world: World) -> None:
    anna, boris = uuid4(), uuid4()
    await deliver(world, unit("hrss", 5, anna), unit("hrss", 7, boris), unit("hrss", 6, anna))
    await deliver(world, unit("hrss", 2))
    rows = await world.sql("SELECT name, contact_ids, version FROM unit WHERE code = 'hrss'")
    assert [tuple(row) for row in rows] == [("hrss 7", [boris], 7)]
    assert (await world.submit()).lead_unit_name == "hrss 7"
    await deliver(world, unit("hrss", 8, boris, active=False))
    assert (await world.submit()).triage_reason == pb.TRIAGE_REASON_NO_SINGLE_LEAD
    await deliver(world, unit("hrss", 9))
    assert (await world.submit()).triage_reason == pb.TRIAGE_REASON_NO_CONTACT


async def test_an_event_takes_effect_once(world: World) -> None:
    event = unit("procuratorate", 1, uuid4())
    await deliver(world, event, event)
    before = await world.snapshot()
    await deliver(world, event)
    assert await world.snapshot() == before


@dataclass
class Registry:
    """What registry would tell about one enterprise: each change is told for its active designations, as registry does."""

    enterprise: UUID = field(default_factory=uuid4)
    clock: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(hours=1))
    contact: UUID = field(default_factory=uuid4)
    points: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    told: list[Delivery] = field(default_factory=list)

    def designate(self, year: int) -> UUID:
        point_id = uuid4()
        self.points[point_id] = {"year": year, "area": "310116101", "active": True, "version": 0}
        self._tell(point_id)
        return point_id

    def change_contact(self) -> None:
        self.contact = uuid4()
        for point_id, point in self.points.items():
            if point["active"]:
                self._tell(point_id)

    def move(self, point_id: UUID) -> None:
        self.points[point_id]["area"] = f"3101161{random.randint(10, 99)}"
        self._tell(point_id)

    def end(self, point_id: UUID) -> None:
        self.points[point_id]["active"] = False
        self._tell(point_id)

    def _tell(self, point_id: UUID) -> None:
        self.clock += timedelta(seconds=1)
        point = self.points[point_id]
        point["version"] += 1
        event = events_pb2.LiaisonPointChanged(
            designation_id=str(point_id),
            enterprise_id=str(self.enterprise),
            enterprise_name=f"金山示例{point['version']}",
            year=point["year"],
            area_code=point["area"],
            level=enterprise_pb2.LEVEL_TOWN,
            active=point["active"],
            liaison_person_id=str(self.contact),
            version=point["version"],
        )
        self.told.append(delivery(event, self.clock))

    def expected(self) -> set[tuple[Any, ...]]:
        return {(key, p["year"], p["area"], p["active"], self.contact, p["version"]) for key, p in self.points.items()}


async def copy_of(world: World, registry: Registry) -> set[tuple[Any, ...]]:
    query = (
        "SELECT designation_id, year, area_code, active, liaison_person_id, version FROM liaison_point"
        " WHERE enterprise_id = :id"
    )
    return {tuple(row) for row in await world.sql(query, id=registry.enterprise)}


def live(registry: Registry, changes: Sequence[int]) -> None:
    for year in (2024, 2025, 2026):
        registry.designate(year)
    for change in changes:
        point_id = random.choice(list(registry.points))
        if change == 0:
            registry.change_contact()
        elif change == 1:
            registry.designate(2024 + len(registry.points))
        elif change == 2:
            registry.move(point_id)
        elif len(registry.points) > 1 and point_id != next(iter(registry.points)):
            registry.end(point_id)  # never the last one: nothing would be told of the contact any more
    registry.change_contact()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(st.integers(0, 3), max_size=6), seed=st.integers(0, 2**32))
async def test_the_copy_is_the_same_in_whatever_order_it_was_told(world: World, changes: list[int], seed: int) -> None:
    random.seed(seed)
    registry = Registry()
    live(registry, changes)
    told = [*registry.told, *random.sample(registry.told, len(registry.told) // 2)]
    random.shuffle(told)
    while told:
        size = random.randint(1, 4)
        await deliver(world, *told[:size])
        del told[:size]
    assert await copy_of(world, registry) == registry.expected()


async def test_a_new_contact_takes_over_all_years_at_once_and_the_old_one_sees_nothing_more(world: World) -> None:
    this_year = world.course.calendar.day_of(datetime.now(UTC)).year
    registry = Registry()
    registry.end(registry.designate(this_year - 1))
    registry.designate(this_year)
    await deliver(world, *registry.told)
    old = signing.person(Role.ROLE_LIAISON, organisation=registry.enterprise, person_id=registry.contact)
    demand = await world.submit(old)
    registry.told.clear()
    registry.change_contact()
    await deliver(world, *registry.told)
    new = signing.person(Role.ROLE_LIAISON, organisation=registry.enterprise, person_id=registry.contact)
    seen = rpc.GetDemandRequest(demand_id=demand.id)
    assert (await world.call(new, "GetDemand", seen)).demand == demand
    assert (await world.refused(old, "GetDemand", seen)).reason == "DEMAND_NOT_FOUND"
    assert (await world.refused(old, "SubmitDemand", draft())).reason == "ENTERPRISE_NOT_DESIGNATED"
    assert not (await world.call(old, "ListDemands", rpc.ListDemandsRequest())).demands
    withdrawal = {"reason": "不再需要"}
    assert (await world.move(new, "WithdrawDemand", demand, **withdrawal)).state == pb.STATE_WITHDRAWN


async def test_an_enterprise_without_contact_sends_nothing_itself(world: World) -> None:
    registry = Registry()
    registry.designate(world.course.calendar.day_of(datetime.now(UTC)).year)
    registry.told[0].event.liaison_person_id = ""
    await deliver(world, *registry.told)
    person = signing.person(Role.ROLE_LIAISON, organisation=registry.enterprise)
    assert (await world.refused(person, "SubmitDemand", draft())).reason == "ENTERPRISE_NOT_DESIGNATED"
    on_behalf = {"enterprise_id": str(registry.enterprise), "channel": pb.CHANNEL_PHONE}
    assert (await world.submit(world.centre(), **on_behalf)).enterprise_id == str(registry.enterprise)


async def test_what_makes_no_sense_is_refused_whole(world: World) -> None:
    before = await world.snapshot()
    nonsense = unit("justice", 1)
    nonsense.event.contact_person_ids.append("anna")
    with pytest.raises(Exception, match="anna"):
        await deliver(world, unit("justice", 2), nonsense)
    assert await world.snapshot() == before


async def test_loading_the_categories_again_changes_no_rule(world: World) -> None:
    await world.sql("UPDATE routing_rule SET active = false WHERE category_code = 'justice'")
    await world.sql("INSERT INTO routing_rule VALUES ('justice', 2, 'hrss', true)")
    before = await world.snapshot()
    async with world.database.begin() as session:
        assert await load_categories(session) == 10
    assert await world.snapshot() == before
    answer = await world.call(world.enterprise.actor(), "ListCategories", rpc.ListCategoriesRequest())
    found = {category.code: category.unit_code for category in answer.categories}
    assert next(iter(found)) == "court"
    assert list(found)[-1] == "unsure"
    assert (found["justice"], found["unsure"], found["hrss"]) == ("hrss", "", "hrss")
