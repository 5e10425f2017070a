"""Forty at once for one numbered seat: one has it. Without the index that holds the seat, the same race doubles it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from fahu.registry.v1 import designation_service_pb2 as designations_pb
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.models import Designation, Enterprise
from services.registry.queries import designations as designation_queries
from services.registry.queries import nominations as nomination_queries
from tests.registry.conftest import World, race
from tests.registry.files import line, uscc
from tests.registry.programme import SUPERVISOR, Year, key

Record = Callable[[str, Any], None]
LINE = "seats: {accepted} of {acceptances} acceptances and {replaced} of {replacements} replacements won their last seat;" \
    " without its index {doubled} and {replaced_twice}"  # fmt: skip
MOMENT = 0.05


def slow(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
    """Have everybody read before anybody writes."""
    real: Callable[..., Awaitable[Any]] = getattr(module, name)

    async def read(*arguments: Any) -> Any:
        answer = await real(*arguments)
        await asyncio.sleep(MOMENT)
        return answer

    monkeypatch.setattr(module, name, read)


async def last_seat_of_an_area(world: World, at_once: int) -> tuple[list[Any], list[str]]:
    """Two of three seats are taken; so many acceptances come for the third."""
    year = Year(world, 2030)
    await year.begin()
    await year.advance()
    handed = [await year.handed_in(number) for number in range(at_once + 2)]
    for one in handed[:2]:
        await year.accept(one)
    return await race(*[year.accept(one) for one in handed[2:]])


SEATS = "SELECT count(*), count(DISTINCT seat_no) FROM nomination WHERE state = 'ACCEPTED'"


@pytest.mark.parametrize("at_once", [2, 40])
async def test_one_acceptance_has_the_last_seat(
    world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record, at_once: int
) -> None:
    slow(monkeypatch, nomination_queries, "free_seats")
    accepted, refused = await last_seat_of_an_area(world, at_once)
    assert [one.seat_no for one in accepted] == [3]
    assert refused == ["SEATS_TAKEN"] * (at_once - 1)
    assert tuple((await world.rows(SEATS))[0]) == (3, 3)
    record_property("figures", (LINE, {"accepted": 1, "acceptances": at_once}))


async def test_all_of_three_free_seats_are_taken_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever loses one seat looks for the next: nobody is refused while there is one."""
    slow(monkeypatch, nomination_queries, "free_seats")
    year = Year(world, 2030)
    await year.begin()
    await year.advance()
    handed = [await year.handed_in(number) for number in range(6)]
    accepted, refused = await race(*[year.accept(one) for one in handed])
    assert (sorted(one.seat_no for one in accepted), refused) == ([1, 2, 3], ["SEATS_TAKEN"] * 3)


async def test_without_the_index_the_last_seat_doubles(
    world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    await world.change("DROP INDEX uq_nomination_seat")
    slow(monkeypatch, nomination_queries, "free_seats")
    accepted, _ = await last_seat_of_an_area(world, 40)
    assert len(accepted) > 1
    assert {one.seat_no for one in accepted} == {3}
    record_property("figures", (LINE, {"doubled": len(accepted)}))


async def open_seat(world: World, at_once: int) -> tuple[list[Any], list[str]]:
    """A district-level point was withdrawn; so many replacements come for its seat."""
    await world.import_lines(line(900, level="区级"), year=2030)
    stub = world.designations(SUPERVISOR)
    listed = await stub.ListDesignations(designations_pb.ListDesignationsRequest(year=2030))
    on = designations_pb.DesignationPrecondition(
        designation_id=listed.liaison_points[0].id, expected_version=listed.liaison_points[0].version, request_id=key()
    )
    gone = await stub.WithdrawDesignation(designations_pb.WithdrawDesignationRequest(on=on, reason="迁出"))
    on.expected_version = gone.liaison_point.version
    requests = []
    for number in range(at_once):
        request = designations_pb.ReplaceDesignationRequest(
            on=on, reason="迁出", uscc=uscc(number), enterprise_name=f"示例{number}有限公司"
        )
        request.on.request_id = key()
        requests.append(request)
    return await race(*[stub.ReplaceDesignation(request) for request in requests])


async def unlocked(session: AsyncSession, designation_id: UUID) -> Designation:
    """What `locked` must not become."""
    return (await session.scalars(select(Designation).where(Designation.id == designation_id))).one()


async def enterprises_unlocked(session: AsyncSession, enterprise_ids: list[UUID]) -> dict[UUID, Any]:
    """As above."""
    query = select(Enterprise).where(Enterprise.id.in_(enterprise_ids))
    return {enterprise.id: enterprise for enterprise in await session.scalars(query)}


TAKEN = "SELECT count(*) FROM designation WHERE active AND seat_no = 1"


@pytest.mark.parametrize("at_once", [2, 40])
@pytest.mark.parametrize("locks", [True, False])
async def test_one_replacement_has_the_open_seat(
    world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record, at_once: int, locks: bool
) -> None:
    """By the lock of the row; and by the index, should the lock ever be lost."""
    slow(monkeypatch, designation_queries, "is_designated")
    if not locks:
        without_locks(monkeypatch)
    replaced, refused = await open_seat(world, at_once)
    assert (len(replaced), len(refused)) == (1, at_once - 1)
    assert set(refused) <= {"STALE_VERSION", "DESIGNATION_REPLACED", "SEATS_TAKEN"}
    assert (await world.rows(TAKEN))[0][0] == 1
    if locks:
        record_property("figures", (LINE, {"replaced": 1, "replacements": at_once}))


async def test_without_index_and_locks_the_open_seat_doubles(
    world: World, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    await world.change("DROP INDEX uq_designation_seat")
    await world.change("DROP TRIGGER designation_frozen ON designation")  # it refuses to replace what is replaced
    slow(monkeypatch, designation_queries, "is_designated")
    without_locks(monkeypatch)
    replaced, _ = await open_seat(world, 40)
    assert len(replaced) > 1
    assert (await world.rows(TAKEN))[0][0] == len(replaced)
    record_property("figures", (LINE, {"replaced_twice": len(replaced)}))


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(designation_queries, "locked", unlocked)
    monkeypatch.setattr(designation_queries, "locked_enterprises", enterprises_unlocked)
