"""A year's list from its beginning to its close: whole or not published, told why, and never changed behind its back."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import cohort_service_pb2 as pb
from fahu.registry.v1 import designation_service_pb2 as designations_pb
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import nomination_service_pb2 as nominations_pb
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from tests import signing
from tests.registry.conftest import World, race, refusal
from tests.registry.files import FENGJING, HIGH_TECH_PARK, SUBDISTRICT, ZHUJING, line
from tests.registry.programme import LEVEL_DISTRICT, LEVEL_TOWN, SUPERVISOR, Year, accepted_list, key, officer, on

CENTRE = signing.person(Role.ROLE_CENTRE_LEAD, unit="centre")


def gaps(of: Any) -> list[tuple[str, str, int, int]]:
    return [(pb.GapKind.Name(gap.kind).removeprefix("GAP_KIND_"), gap.area_name, gap.have, gap.want) for gap in of.gaps]


async def test_a_list_of_32_seats_is_refused_with_all_that_it_lacks(world: World) -> None:
    """Acceptance 1, first half: the area that lacks a seat is named, and so is everything else."""
    year = Year(world, 2021)
    await year.begin(171, towns={FENGJING: 5})
    await year.advance()
    await accepted_list(year, district=32, town=138)
    await year.handed_in(7, FENGJING, LEVEL_TOWN)
    seen = await year.get()
    refused = await refusal(year.publish())
    assert (refused.code.name, refused.reason) == ("FAILED_PRECONDITION", "COHORT_INCOMPLETE")
    told = [(violation.rule, violation.field, violation.description) for violation in refused.violations]
    assert told == [
        ("TOWN_TARGET_OFF", FENGJING, "area=枫泾镇 have=13 want=5"),
        ("NOMINATIONS_UNDECIDED", FENGJING, "area=枫泾镇 have=1 want=0"),
        ("AREA_SEATS_OPEN", "jinshan2", "area=金山第二工业区 have=2 want=3"),
        ("TOTAL_OFF_TARGET", "", "area= have=170 want=171"),
        ("SURVEY_NOT_CLOSED", "", "area= have=0 want=1"),
    ]
    assert gaps(seen) == [(kind, text.split(" ")[0][5:], *_numbers(text)) for kind, _, text in told]
    assert (await world.rows("SELECT count(*) FROM designation"))[0][0] == 0
    assert (await year.get()).version == seen.version


def _numbers(text: str) -> tuple[int, int]:
    _, have, want = text.split(" ")
    return int(have[5:]), int(want[5:])


async def test_171_points_are_published_at_once(world: World, record_property: Callable[[str, str], None]) -> None:
    """Acceptance 1, second half: within two seconds, in a few statements, each with its event."""
    year = Year(world, 2021)
    await year.begin(171)
    await year.advance()
    await accepted_list(year)
    await year.waive()
    statements: list[str] = []
    event.listen(world.database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    began = time.perf_counter()
    published = (await year.publish()).cohort
    seconds = time.perf_counter() - began
    assert (published.state, published.HasField("published_at"), list(published.gaps)) == (
        pb.COHORT_STATE_PUBLISHED,
        True,
        [],
    )
    assert sum(area.district_count for area in published.areas) == 33
    assert sum(area.town_count for area in published.areas) == 138
    seats = "SELECT count(*), count(DISTINCT (area_code, seat_no)) FROM designation WHERE active AND seat_no IS NOT NULL"
    assert tuple((await world.rows(seats))[0]) == (33, 33)
    told = await world.events(events_pb2.LiaisonPointChanged)
    assert (len(told), {one.version for one in told}, all(one.active for one in told)) == (171, {1}, True)
    assert len({one.designation_id for one in told}) == 171
    assert len(statements) <= 30
    assert seconds <= 2
    record_property("summary", f"publishing: 171 liaison points in {seconds:.2f} s, {len(statements)} statements")


async def test_whoever_withdraws_while_it_is_published_comes_before_or_too_late(world: World) -> None:
    """The list is what the gaps were counted on: no nomination changes in between."""
    year = Year(world, 2030)
    await year.begin(171)
    await year.advance()
    await accepted_list(year)
    await year.waive()
    listed = nominations_pb.ListNominationsRequest(year=2030, area_code=ZHUJING)
    (first, second, *_) = (await year.nominations.ListNominations(listed)).nominations
    withdrawals = [
        year.area().WithdrawNomination(nominations_pb.WithdrawNominationRequest(on=on(one), reason="不愿担任"))
        for one in (first, second)
    ]
    passed, refused = await race(year.publish(), year.publish(), *withdrawals)
    points = (await world.rows("SELECT count(*) FROM designation"))[0][0]
    published = [answer for answer in passed if isinstance(answer, pb.PublishCohortResponse)]
    assert (len(published), points) in ((1, 171), (0, 0))
    assert len(passed) == (1 if published else 2)
    assert set(refused) <= {"STALE_VERSION", "COHORT_WRONG_STATE", "COHORT_INCOMPLETE"}


async def test_names_of_a_year_stay_when_an_area_is_renamed(world: World) -> None:
    """Acceptance 13, first half."""
    for number, year in enumerate((2021, 2022)):
        await world.import_lines(line(number, area=HIGH_TECH_PARK, level="区级"), year=year)
    stub = world.designations(SUPERVISOR)
    for year, name in ((2021, "金山工业区"), (2022, "上海湾区高新技术产业开发区")):
        (point,) = (await stub.ListDesignations(designations_pb.ListDesignationsRequest(year=year))).liaison_points
        assert point.area_name == name
        areas = {area.area_code: area.area_name for area in (await Year(world, year).get()).areas}
        assert (areas[HIGH_TECH_PARK], len(areas)) == (name, 11)


async def test_a_survey_that_was_closed_or_waived_is_no_gap(world: World) -> None:
    year = Year(world, 2030)
    await year.begin(0)
    survey = (
        "INSERT INTO survey (id, year, kind, audience, title, state, opens_on, closes_on, valid_min_percent, version,"
        " created_at, opened_at, closed_at) VALUES (gen_random_uuid(), 2030, 'ANNUAL', 'CENSUS', '调查', 'OPEN',"
        " '2030-01-01', '2030-01-31', 60, 1, now(), now(), NULL)"
    )
    await world.change(survey)
    assert "SURVEY_NOT_CLOSED" in {gap[0] for gap in gaps(await year.get())}
    await world.change("UPDATE survey SET state = 'CLOSED', closed_at = now()")
    assert "SURVEY_NOT_CLOSED" not in {gap[0] for gap in gaps(await year.get())}
    other = Year(world, 2031)
    await other.begin(0)
    waived = (await other.waive("街镇已用纸质问卷调查")).cohort
    assert (waived.survey_waiver.reason, waived.survey_waiver.waived_by) == ("街镇已用纸质问卷调查", SUPERVISOR.subject)
    assert "SURVEY_NOT_CLOSED" not in {gap[0] for gap in gaps(waived)}
    audited = (await world.rows("SELECT reason FROM audit WHERE action = 'COHORT_SURVEY_WAIVED'"))[0]
    assert audited[0] == "街镇已用纸质问卷调查"


async def test_states_follow_one_another_and_each_is_an_event(world: World) -> None:
    year = Year(world, 2030)
    await year.begin(0)
    for state in ("RECOMMENDING", "REVIEWING"):
        assert (await refusal(year.advance(state))).metadata["state"] == "PREPARING"
    assert (await refusal(year.publish())).reason == "COHORT_WRONG_STATE"
    await year.advance("SURVEYING", "RECOMMENDING", "REVIEWING", "RECOMMENDING", "REVIEWING")
    await year.waive()
    await world.change("UPDATE cohort SET district_per_area = 0")
    assert (await year.publish()).cohort.areas[0].town_count == 0
    for late in (year.publish(), year.waive(), year.advance("SURVEYING")):
        assert (await refusal(late)).reason == "COHORT_WRONG_STATE"
    closed = (await year.close()).cohort
    assert (closed.state, (await refusal(year.close())).reason) == (pb.COHORT_STATE_CLOSED, "COHORT_WRONG_STATE")
    told = await world.events(events_pb2.CohortChanged, "2030")
    assert [one.version for one in told] == list(range(1, closed.version + 1))
    assert (told[0].state, told[-1].state, told[0].origin) == (1, pb.COHORT_STATE_CLOSED, pb.COHORT_ORIGIN_RUN)


async def test_a_list_is_prepared_from_the_year_before(world: World) -> None:
    """Drafts for each area and no more: who moved is suggested where it is now, who was withdrawn is not."""
    await world.import_lines(line(1, level="区级"), line(2), line(3), line(4), year=2029)
    ids = {row.uscc[-4:-1]: row.id for row in await world.rows("SELECT uscc, id FROM enterprise")}
    await world.change("INSERT INTO enterprise_year VALUES (:id, 2030, :area)", id=ids["002"], area=FENGJING)
    await world.change("INSERT INTO enterprise_year VALUES (:id, 2030, :area)", id=ids["003"], area=SUBDISTRICT)
    await world.change(
        "UPDATE designation SET active = false, withdrawn_at = now(), withdrawn_by = id, withdrawn_reason = '迁出'"
        " WHERE enterprise_id = :id",
        id=ids["004"],
    )
    year = Year(world, 2030)
    assert (await year.begin(171, prepare=True)).suggested_count == 2
    found = (await year.nominations.ListNominations(nominations_pb.ListNominationsRequest(year=2030))).nominations
    assert [(one.area_code, one.level, one.state, one.suggested) for one in found] == [
        (ZHUJING, LEVEL_DISTRICT, nominations_pb.NOMINATION_STATE_DRAFT, True),
        (FENGJING, LEVEL_TOWN, nominations_pb.NOMINATION_STATE_DRAFT, True),
    ]
    assert await world.rows("SELECT id FROM designation WHERE year = 2030") == []


async def test_imports_and_lists_made_here_do_not_mix(world: World) -> None:
    imported = await world.import_lines(line(1, level="区级"), year=2029)
    assert imported.created_count == 1
    shown = await Year(world, 2029).get()
    assert (shown.origin, shown.state) == (pb.COHORT_ORIGIN_IMPORTED, pb.COHORT_STATE_PUBLISHED)
    assert ("AREA_SEATS_OPEN", "朱泾镇", 1, 3) in gaps(shown)
    assert not {"SURVEY_NOT_CLOSED", "TOTAL_OFF_TARGET"} & {gap[0] for gap in gaps(shown)}
    assert (await refusal(Year(world, 2029).begin())).reason == "COHORT_EXISTS"
    year = Year(world, 2030)
    await year.begin()
    assert (await refusal(world.import_lines(line(2), year=2030))).reason == "COHORT_IS_RUN"
    assert len(await world.rows("SELECT id FROM enterprise")) == 1
    ended = Year(world, 2029, version=shown.version)
    await ended.close()
    assert (await refusal(world.import_lines(line(3), year=2029))).reason == "COHORT_WRONG_STATE"


async def test_targets_are_set_until_it_is_published(world: World) -> None:
    year = Year(world, 2030)
    begun = (await year.begin(40, towns={ZHUJING: 3})).cohort
    assert (begun.recommend_by, begun.target_total, begun.district_per_area) == ("2030-03-31", 40, 3)

    async def set_to(area: str, target: int, day: str = "") -> Any:
        town = pb.TownTarget(area_code=area, target=target)
        targets = pb.CohortTargets(target_total=50, town_targets=[town], recommend_by=day)
        return year._seen(await year.cohorts.SetCohortTargets(pb.SetCohortTargetsRequest(on=year.on, targets=targets)))

    changed = (await set_to(FENGJING, 4, "2030-04-15")).cohort
    assert (changed.target_total, changed.recommend_by) == (50, "2030-04-15")
    towns = {area.area_code: area.town_target for area in changed.areas if area.HasField("town_target")}
    assert towns == {FENGJING: 4}
    assert (await refusal(set_to(SUBDISTRICT, 1))).reason == "AREA_NOT_IN_COHORT"
    twice = pb.CohortTargets(town_targets=[pb.TownTarget(area_code=FENGJING, target=n) for n in (1, 2)])
    refused = await refusal(year.cohorts.SetCohortTargets(pb.SetCohortTargetsRequest(on=year.on, targets=twice)))
    assert (refused.violations[0].field, refused.violations[0].rule) == ("town_targets", "repeated.unique")
    assert (await refusal(set_to(FENGJING, 4, "2030-02-30"))).violations[0].field == "recommend_by"
    year.version -= 1
    assert (await refusal(set_to(FENGJING, 5))).reason == "STALE_VERSION"


async def test_an_officer_sees_the_numbers_of_its_own_area(world: World) -> None:
    year = Year(world, 2030)
    await year.begin(171)
    mine = await year.get(officer(ZHUJING))
    assert [area.area_code for area in mine.areas] == [ZHUJING]
    assert {gap[1] for gap in gaps(mine)} == {"朱泾镇", ""}
    assert len((await year.get(CENTRE)).areas) == 11
    nobody = await year.get(signing.person(Role.ROLE_AREA_OFFICER, unit="area-nowhere"))
    assert list(nobody.areas) == []
    assert (await refusal(Year(world, 2040).get())).reason == "COHORT_NOT_FOUND"


async def test_years_are_listed_newest_first(world: World) -> None:
    for number in (2028, 2029, 2030):
        await Year(world, number).begin(0)
    stub = world.cohorts(CENTRE)
    first = await stub.ListCohorts(pb.ListCohortsRequest(page_size=2))
    rest = await stub.ListCohorts(pb.ListCohortsRequest(page_size=2, page_token=first.next_page_token))
    assert [one.year for one in [*first.cohorts, *rest.cohorts]] == [2030, 2029, 2028]
    assert rest.next_page_token == ""


async def test_a_request_sent_twice_takes_effect_once(world: World) -> None:
    year = Year(world, 2030)
    targets = pb.CohortTargets(target_total=5)
    request = pb.BeginCohortRequest(year=2030, targets=targets, request_id=key())
    first, again = [(await year.cohorts.BeginCohort(request)).cohort for _ in range(2)]
    assert first == again
    request.targets.target_total = 6
    assert (await refusal(year.cohorts.BeginCohort(request))).reason == "IDEMPOTENCY_KEY_REUSED"
    move = pb.AdvanceCohortRequest(
        on=pb.CohortPrecondition(year=2030, expected_version=1, request_id=key()), to=pb.COHORT_STATE_SURVEYING
    )
    passed, refused = await race(*[year.cohorts.AdvanceCohort(move) for _ in range(4)])
    assert ([one.cohort.version for one in passed], refused) == ([2] * 4, [])
    begun, reasons = await race(*[Year(world, 2031).begin(0) for _ in range(4)])
    assert (len(begun), set(reasons)) == (1, {"COHORT_EXISTS"})


LIST_IN_PREPARATION = """
WITH made AS (
  INSERT INTO cohort (year, target_total, state, origin, district_per_area, version, created_at)
  VALUES (2040, 1, 'PREPARING', 'RUN', 3, 1, now())
)
INSERT INTO enterprise_year (enterprise_id, year, area_code) SELECT enterprise_id, 2040, area_code FROM enterprise_year
"""
FORBIDDEN = {
    "another moment": ("UPDATE designation SET created_at = now()", "designation_frozen"),
    "another reason": ("UPDATE designation SET withdrawn_reason = '另有原因' WHERE NOT active", "designation_frozen"),
    "in force again": (
        "UPDATE designation SET active = true, withdrawn_at = NULL, withdrawn_by = NULL, withdrawn_reason = NULL",
        "designation_frozen",
    ),
    "gone": ("DELETE FROM designation", "designation_frozen"),
    "half a withdrawal": (
        "UPDATE designation SET active = false WHERE active",
        "ck_designation_active_until_withdrawn",
    ),
    "back to work": (
        "UPDATE cohort SET state = 'REVIEWING', published_at = NULL, origin = 'RUN', target_total = 1 WHERE year = 2029",
        "cohort_forward",
    ),
    "a point of no list": (
        "INSERT INTO designation SELECT gen_random_uuid(), 2040, enterprise_id, area_code, level, seat_no, true, 1, now()"
        " FROM designation WHERE active",
        "designation_published",
    ),
}


@pytest.mark.parametrize("case", FORBIDDEN)
async def test_a_published_list_is_not_changed_behind_its_back(world: World, case: str) -> None:
    await world.import_lines(line(1, level="区级"), line(2), year=2029)
    await world.change(
        "UPDATE designation SET active = false, withdrawn_at = now(), withdrawn_by = id, withdrawn_reason = '迁出'"
        " WHERE seat_no IS NULL"
    )
    await world.change(LIST_IN_PREPARATION)
    with pytest.raises(IntegrityError) as caught:
        await world.change(FORBIDDEN[case][0])
    assert constraint_of(caught.value) == FORBIDDEN[case][1]
