"""The catalogue of a year: whole or not published, numbered, and never changed."""

import asyncio
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import catalogue_service_pb2 as rpc
from fahu.courses.v1 import courseware_pb2 as pb
from fahu.courses.v1.events_pb2 import CataloguePublished, CoursewareChanged
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from tests import signing
from tests.courses.conftest import AGENCIES, CENTRE, HOST, SUPERVISOR, YEAR, World, new_courseware, refusal
from tests.courses.office import Office

PUBLISHED = pb.COURSEWARE_STATE_PUBLISHED
RETIRE = "UPDATE courseware SET state = 'RETIRED', end_reason = '过时', version = version + 1 WHERE id = CAST(:id AS uuid)"


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


async def test_one_item_too_few_and_nothing_is_published(world: World, office: Office) -> None:
    """The programme's test 7."""
    await office.fill_year(but=("fire_rescue",))
    refused = await refusal(office.publish())
    assert refused.reason == "CATALOGUE_INCOMPLETE"
    (gap,) = refused.violations
    assert (gap.field, gap.rule) == ("fire_rescue", "AGENCY_COURSEWARE_MISSING")
    assert gap.description == "area=名：fire_rescue have=1 want=2"
    assert await world.rows("SELECT 1 FROM catalogue") == []
    assert await world.rows("SELECT 1 FROM courseware WHERE state = 'PUBLISHED'") == []
    assert await world.events(CataloguePublished) == []


async def test_all_that_lack_something_are_named(office: Office) -> None:
    refused = await refusal(office.publish())
    assert {(gap.field, gap.description[-13:]) for gap in refused.violations} == {
        (unit, f"have={int(unit == 'hrss')} want=2") for unit in AGENCIES
    }
    found = await office.catalogues(HOST).GetCatalogueProgress(rpc.GetCatalogueProgressRequest())
    assert {one.unit_code: one.have for one in found.agencies} == {unit: int(unit == "hrss") for unit in AGENCIES}
    assert not found.publishable


async def test_drafts_of_an_agency_do_not_count(world: World, office: Office) -> None:
    await office.fill_year(but=("hrss",))
    await office.submitted()
    (gap,) = (await refusal(office.publish())).violations
    assert gap.description.endswith("have=1 want=2")


async def test_what_is_published_is_read_by_all(world: World, office: Office) -> None:
    await office.fill_year()
    made = await office.publish()
    assert (made.version, len(made.items)) == (1, 18)
    for actor in (world.firms[0].contact, HOST, CENTRE, signing.person(Role.ROLE_AREA_OFFICER, unit="area-310116101")):
        seen = await office.catalogue(actor)
        assert [one.courseware_id for one in seen.items] == [one.courseware_id for one in made.items]
        assert bool(seen.published_by) == (actor is not world.firms[0].contact)
    assert {one.state for one in await world.events(CoursewareChanged)} == {PUBLISHED}
    (event,) = await world.events(CataloguePublished, str(YEAR))
    assert (event.version, event.item_count) == (1, 18)
    ((subject,),) = await world.rows("SELECT subject FROM outbox WHERE aggregate_id = :year", year=str(YEAR))
    assert subject == f"fahu.courses.v1.catalogue_published.{YEAR}"


async def test_only_supervisors_publish_and_only_what_is_new(world: World, office: Office) -> None:
    await office.fill_year()
    assert (await refusal(office.publish(CENTRE))).reason == "PERMISSION_DENIED"
    first, again = [await office.publish(request_id="publish-1") for _ in range(2)]
    assert (first.version, again.version) == (1, 1)
    refused = await refusal(office.publish())
    assert (refused.reason, refused.metadata["version"]) == ("CATALOGUE_UNCHANGED", "1")
    assert len(await world.rows("SELECT 1 FROM catalogue")) == 1


async def test_versions_keep_their_texts_and_names(world: World, office: Office) -> None:
    made = await office.fill_year()
    first = await office.publish()
    await world.change("UPDATE unit SET name = '区人力资源和社会保障局', version = 2 WHERE code = 'hrss'")
    more = await office.approved()
    retired = made["hrss"][0]
    await world.change(RETIRE, id=str(retired))
    second = await office.publish()
    assert second.version == 2
    names = {one.unit_name for one in second.items if one.unit_code == "hrss"}
    assert names == {"区人力资源和社会保障局"}
    assert more.id in {one.courseware_id for one in second.items}
    old = await office.catalogue(HOST, version=1)
    assert [(one.title, one.unit_name) for one in old.items] == [(one.title, one.unit_name) for one in first.items]
    assert [one.courseware_id for one in old.items if one.retired] == [str(retired)]
    liaison = world.firms[0].contact
    assert (await office.catalogue(liaison)).version == 2
    assert (await refusal(office.catalogue(liaison, version=1))).reason == "CATALOGUE_NOT_FOUND"
    listed = await office.catalogues(HOST).ListCatalogueVersions(rpc.ListCatalogueVersionsRequest())
    assert [(one.version, one.item_count) for one in listed.versions] == [(2, 18), (1, 18)]


async def test_there_is_none_before_the_first(world: World, office: Office) -> None:
    for actor in (HOST, world.firms[0].contact):
        assert (await refusal(office.catalogue(actor))).reason == "CATALOGUE_NOT_FOUND"


async def test_units_of_other_kinds_are_not_waited_for(world: World, office: Office) -> None:
    """区委政法委 is in a group and lectures nothing; an agency that was dissolved owes nothing."""
    await office.fill_year(but=("emergency",))
    await world.change(
        "INSERT INTO unit (code, name, kind, area_code, active, contact_ids, leader_ids, version) "
        "VALUES ('committee', '区委政法委', 'SUPERVISOR', '', true, '{}', '{}', 1)"
    )
    await world.change("UPDATE unit SET active = false, version = 2 WHERE code = 'emergency'")
    assert len((await office.publish()).items) == 17


async def test_nothing_is_published_while_registry_told_of_no_agency(world: World, office: Office) -> None:
    await office.fill_year()
    await world.change("UPDATE unit SET active = false, version = 2")
    (gap,) = (await refusal(office.publish())).violations
    assert gap.rule == "CORPS_UNKNOWN"


async def test_what_is_retired_at_that_moment_is_waited_for(world: World, office: Office) -> None:
    """The item is seen as approved before, and is retired when the lock is there: the gap counts."""
    made = await office.fill_year()
    async with world.database.begin() as session:
        await session.execute(text(RETIRE), {"id": str(made["court"][0])})
        publishing = asyncio.create_task(refusal(office.publish()))
        await _until_somebody_waits(world)
        assert not publishing.done()
    (gap,) = (await publishing).violations
    assert (gap.field, gap.description) == ("court", "area=名：court have=1 want=2")
    assert await world.rows("SELECT 1 FROM catalogue") == []


async def test_publishing_and_retiring_at_once_never_publish_a_gap(world: World, office: Office) -> None:
    made = await office.fill_year()
    court = signing.person(Role.ROLE_AGENCY_HANDLER, unit="court")
    for _ in range(6):
        item = await office.get(type("Named", (), {"id": str(made["court"][0])}), court)
        outcomes = await asyncio.gather(office.publish(), office.retire(item, court), return_exceptions=True)
        published, retired = [not isinstance(one, BaseException) for one in outcomes]
        assert published or retired
        short = await world.rows(
            "SELECT version FROM catalogue_item WHERE unit_code = 'court' GROUP BY version HAVING count(*) < 2"
        )
        assert short == []
        if retired:
            made["court"][0] = uuid4()
            async with world.database.begin() as session:
                session.add(new_courseware(made["court"][0], "court"))


async def test_two_who_publish_at_once_publish_one_version(world: World, office: Office) -> None:
    await office.fill_year()
    outcomes = await asyncio.gather(*[office.publish() for _ in range(4)], return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in outcomes) == 1
    assert await world.rows("SELECT version FROM catalogue") == [(1,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogue_item SET title = '改'",
        "DELETE FROM catalogue_item WHERE position = 1",
        "UPDATE catalogue SET item_count = 17",
        "DELETE FROM catalogue",
        "TRUNCATE catalogue_item, catalogue",
        "INSERT INTO catalogue_item SELECT year, version, 19, (SELECT id FROM courseware WHERE state = 'DRAFT'), serial, "
        "unit_code, unit_name, title, summary, minutes FROM catalogue_item WHERE position = 1",
    ],
)
async def test_the_database_lets_nothing_of_a_catalogue_change(world: World, office: Office, statement: str) -> None:
    await office.fill_year()
    await office.publish()
    await office.draft()
    with pytest.raises(IntegrityError) as caught:
        await world.change(statement)
    assert constraint_of(caught.value) in ("catalogue_frozen", "catalogue_whole")


async def test_the_database_itself_refuses_one_that_lacks_something(world: World, office: Office) -> None:
    await office.fill_year(but=("justice",))
    await world.change("UPDATE courseware SET state = 'PUBLISHED'")
    with pytest.raises(IntegrityError) as caught:
        await world.change(BY_HAND, year=YEAR, who=str(SUPERVISOR.person_id))
    assert constraint_of(caught.value) == "catalogue_complete"


BY_HAND = """
WITH items AS (SELECT row_number() OVER () AS place, * FROM courseware),
     head AS (INSERT INTO catalogue SELECT :year, 1, count(*), CAST(:who AS uuid), now() FROM items)
INSERT INTO catalogue_item SELECT :year, 1, place, id, '', unit_code, '', title, summary, minutes FROM items
"""


async def _until_somebody_waits(world: World) -> None:
    query = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(100):
        if await world.rows(query):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nobody waits for the lock")
