"""What the guards keep from joint cases: words to a court, and the name of an enterprise that is shielded."""

from fahu.dispatch.v1 import joint_case_service_pb2 as joint

from tests.dispatch import looks, sweeps
from tests.dispatch.conftest import World
from tests.dispatch.test_joint_cases import create, creation, read, told


async def test_nobody_outside_joins_or_parts_what_is_before_a_court_with_words_to_the_court(world: World) -> None:
    before_court = await world.submit(before_court=True)
    demands = [before_court, await world.submit(world.neighbour.actor())]
    refused = await world.refused(world.centre(), "CreateJointCase", creation(*demands, title="请法院从快判决"))
    assert (refused.reason, told(refused)) == ("JOINT_MEMBERS_REFUSED", {before_court.serial: "JUDICIAL_MATTER"})
    assert (await looks.read(world, before_court, world.centre())).version == before_court.version


async def test_a_title_that_names_a_shielded_enterprise_does_not_name_it_to_agencies(world: World) -> None:
    hidden = await sweeps.keep_enterprise(world, "金山白露模具有限公司")
    demands = [await world.submit(hidden.actor(), shielded=True), await world.submit(world.neighbour.actor())]
    case = await create(world, *demands, title="金山白露模具有限公司等工资")
    listed = (await world.call(world.agency(), "ListJointCases", joint.ListJointCasesRequest())).joint_cases
    titles = {(await read(world, case, world.agency())).title, *(one.title for one in listed if one.id == case.id)}
    assert titles == {"某联系点企业等工资"}
    assert (await read(world, case)).title == "金山白露模具有限公司等工资"
