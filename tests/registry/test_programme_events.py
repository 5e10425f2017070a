"""Whom registry names in what it tells of nominations and recommendations; why somebody decided so is not on the bus."""

from datetime import UTC, datetime

from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import recommendation_service_pb2 as pb

from services.registry.rules import Duty
from services.registry.service import units
from services.registry.service.audit import OPERATOR
from tests.registry.census import SUPERVISOR
from tests.registry.conftest import World
from tests.registry.files import FENGJING, ZHUJING
from tests.registry.project_people import TODAY, office
from tests.registry.test_nominations import under_review
from tests.registry.test_recommendations import content, on, propose, survey_of


async def test_the_officers_of_the_area_are_told_of_a_rejection(world: World) -> None:
    mine, colleague, _ = [await office(world, f"area-{area}") for area in (ZHUJING, ZHUJING, FENGJING)]
    year = await under_review(world)
    rejected = await year.reject(await year.submit(await year.nominate(1, ZHUJING)), "企业已被列入失信名单")
    (told,) = await world.events(events_pb2.NominationRejected)
    assert (told.nomination_id, told.year, told.unit_code) == (rejected.id, 2030, f"area-{ZHUJING}")
    assert {*told.officer_ids} == {mine.person, colleague.person}
    assert told.version == rejected.version
    assert "失信".encode() not in told.SerializeToString()


async def test_a_unit_is_named_when_a_recommendation_comes_to_it(world: World) -> None:
    hrss, court, _ = [await office(world, unit) for unit in ("hrss", "court", "hrss")]
    async with world.database.begin() as session:
        for one, unit, duty in ((hrss, "hrss", Duty.LEADER), (hrss, "hrss", Duty.CONTACT), (court, "court", Duty.CONTACT)):
            await units.set_duty(session, OPERATOR, unit, duty, one.actor.person_id, datetime.now(UTC))
    found = await propose(world, await survey_of(world))
    for changes in ({"text": "改写"}, {"owner_unit": "court"}):
        update = pb.UpdateRecommendationRequest(on=on(found), content=content(**changes))
        found = (await world.recommendations(SUPERVISOR).UpdateRecommendation(update)).recommendation
    told = await world.events(events_pb2.RecommendationChanged, found.id)
    assert [list(one.addressed_person_ids) for one in told] == [[hrss.person], [], [court.person]]
    assert {one.year for one in told} == {TODAY.year}
