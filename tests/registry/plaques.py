"""What tests of plaques do again and again: have them made, listed, changed and verified."""

from typing import Any
from uuid import uuid4

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import plaque_pb2 as one
from fahu.registry.v1 import plaque_service_pb2 as pb

from kit.auth import Actor
from services.registry.service.people import StaffDraft
from tests import signing
from tests.registry.conftest import PUBLIC_URL, YEAR, World
from tests.registry.files import Line

SUPERVISOR = signing.person(Role.ROLE_SUPERVISOR, unit="committee")


async def staff_of(world: World, role: Role.ValueType, unit: str, phone: str, area: str = "") -> Actor:
    """Somebody who is on the staff, as those who hand plaques over are."""
    person_id = await world.staff(StaffDraft(unit, frozenset({int(role)}), "例经办", phone))
    return signing.person(role, unit=unit, area=area, person_id=person_id)


async def made(world: World, *lines: Line, year: int = YEAR) -> list[one.Plaque]:
    await world.import_lines(*lines, year=year)
    await world.plaques().MakePlaques(pb.MakePlaquesRequest(year=year))
    return await listed(world, year=year)


async def listed(world: World, actor: Actor = SUPERVISOR, **fields: Any) -> list[one.Plaque]:
    found, token = [], ""
    while True:
        answer = await world.plaques(actor).ListPlaques(pb.ListPlaquesRequest(page_token=token, page_size=2, **fields))
        found += answer.plaques
        if not (token := answer.next_page_token):
            return found


def on(plaque: one.Plaque, request_id: str = "") -> pb.PlaquePrecondition:
    request_id = request_id or uuid4().hex
    return pb.PlaquePrecondition(plaque_id=plaque.id, expected_version=plaque.version, request_id=request_id)


async def issued(world: World, plaque: one.Plaque, actor: Actor, **fields: Any) -> one.Plaque:
    answer: pb.IssuePlaqueResponse = await world.plaques(actor).IssuePlaque(pb.IssuePlaqueRequest(on=on(plaque), **fields))
    return answer.plaque


async def verified(world: World, plaque: one.Plaque) -> tuple[int, str, int]:
    token = plaque.verification_url.removeprefix(f"{PUBLIC_URL}/v/")
    found = await world.plaques("gateway").VerifyPlaque(pb.VerifyPlaqueRequest(token=token))
    assert {field.name for field, _ in found.ListFields()} == {"standing", "wording", "year"}
    return found.standing, found.wording, found.year


async def withdrawn(world: World, plaque: one.Plaque) -> None:
    """Withdraw its liaison point."""
    gone = "active = false, withdrawn_at = now(), withdrawn_by = id, withdrawn_reason = '迁出'"
    await world.change(f"UPDATE designation SET {gone} WHERE id = :d", d=plaque.designation_id)
