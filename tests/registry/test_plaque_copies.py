"""What another plaque says that takes the place of one: a copy is a copy, and names change only within the year."""

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import plaque_service_pb2 as pb

from tests.registry.conftest import YEAR, World
from tests.registry.files import HIGH_TECH_PARK, line
from tests.registry.plaques import issued, made, on, staff_of


async def test_what_takes_the_place_of_a_plaque_has_the_names_of_that_one(world: World) -> None:
    """A copy of what is lost; what came back within its year is made anew with the names of today."""
    lead = await staff_of(world, Role.ROLE_CENTRE_LEAD, "centre", "13900000001")
    (former,) = await made(world, line(1, area=HIGH_TECH_PARK), year=YEAR - 1)
    lost, back = await made(world, line(1, area=HIGH_TECH_PARK), line(2))
    given = [await issued(world, plaque, lead) for plaque in (former, back)]
    await world.change("UPDATE enterprise SET name = '更名' || name")
    await world.change("UPDATE area_name SET name = '更名园区' WHERE area_code = :a", a=HIGH_TECH_PARK)
    service = world.plaques(lead)
    ended = [
        (await service.ReturnPlaque(pb.ReturnPlaqueRequest(on=on(given[0]), reason="破损"))).plaque,
        (await service.LosePlaque(pb.LosePlaqueRequest(on=on(lost), reason="遗失"))).plaque,
        (await service.ReturnPlaque(pb.ReturnPlaqueRequest(on=on(given[1]), reason="更名"))).plaque,
    ]
    made_again = [(await service.ReissuePlaque(pb.ReissuePlaqueRequest(on=on(plaque)))).plaque for plaque in ended]
    for old, new in zip((former, lost), made_again, strict=False):
        assert (new.enterprise_name, new.area_name, new.wording) == (old.enterprise_name, old.area_name, old.wording)
    assert made_again[2].enterprise_name == "更名" + back.enterprise_name
