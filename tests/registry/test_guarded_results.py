"""Part A bears names: who may not export its answers is told of no few either."""

from typing import Any

from fahu.registry.v1 import findings_service_pb2 as pb

from services.registry.rules.results import Count, results_of, without_guarded
from tests.registry.census import OPERATOR
from tests.registry.conftest import World
from tests.registry.files import ZHUJING
from tests.registry.test_findings import analysed, closed, counts, results, tally


async def test_part_a_shows_no_few_to_who_may_not_export_answers(world: World) -> None:
    """Three of each industry answered in one town, none in the other: all that is shown is of all six."""
    survey = await analysed(world, await closed(world))

    async def shown(**more: Any) -> list[tuple[bool, int, dict[str, int]]]:
        answer = await world.findings(OPERATOR).GetResults(pb.GetResultsRequest(survey_id=survey.id, **more))
        tallies = [tally(group, "staff") for group in answer.groups]
        return [(one.hidden, one.answered, counts(one)) for one in tallies]

    assert await shown() == await shown(area_code=ZHUJING) == [(False, 6, {"o1": 3, "o2": 3})]
    for more in ({}, {"area_code": ZHUJING}):
        assert await shown(by=pb.RESULTS_BY_INDUSTRY, **more) == [(True, 0, {})] * 2
        mine = await results(world, survey, by=pb.RESULTS_BY_INDUSTRY, **more)
        assert [tally(group, "staff").answered for group in mine.groups] == [3, 3]
    (cell,) = (
        await world.findings(OPERATOR).GetResults(pb.GetResultsRequest(survey_id=survey.id, area_code=ZHUJING, industry="C"))
    ).groups
    assert all(one.hidden for one in cell.tallies)


def test_what_is_guarded_are_the_groups_that_part_b_would_hide() -> None:
    """Area a less its other industry would tell of the three, and so would the industry less its other area."""
    sizes = {("a", "C"): 3, ("a", "F"): 6, ("b", "C"): 30, ("b", "F"): 30}
    cells = [Count("q", "", "", *cell, count, None) for cell, count in sizes.items()]
    found = results_of([], cells, cells)["groups"], results_of([], cells, [])
    assert without_guarded(found[1]["groups"], found[1]["guarded"]) == found[0]
    assert found[0]["a/C"] == {"q": {"": None}} != found[1]["groups"]["a/C"]
    assert without_guarded({"/": {"q": {"": [1, {}, None]}}}, {"/": {"q": {"": 1}}}) == {"/": {"q": {"": None}}}
