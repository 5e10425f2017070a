"""The life of a survey, and its questionnaires before and after somebody answered."""

import asyncio
import json
from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import survey_service_pb2 as pb
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from kit.db import constraint_of
from services.registry.rules.questionnaires import check_questionnaire
from services.registry.standard_questionnaire import PART_A, PART_B
from tests.registry import census
from tests.registry.census import LEAD, OFFICER, OPERATOR, SUPERVISOR, on, row
from tests.registry.conftest import YEAR, World, race, refusal
from tests.registry.files import uscc


def test_the_standard_questionnaire_keeps_its_own_rules() -> None:
    assert check_questionnaire(PART_A, PART_B) == []


def saving(survey: Any, part_a: Any = PART_A, part_b: Any = PART_B, **more: Any) -> pb.SaveQuestionnaireRequest:
    return pb.SaveQuestionnaireRequest(on=on(survey, **more), part_a=json.dumps(part_a), part_b=json.dumps(part_b))


async def get(world: World, survey: Any) -> Any:
    return (await world.surveys(OPERATOR).GetSurvey(pb.GetSurveyRequest(survey_id=survey.id))).survey


async def test_a_year_begins_with_one_call(world: World) -> None:
    request = census.creation()
    first = (await world.surveys(SUPERVISOR).CreateSurvey(request)).survey
    assert (first.state, first.version, first.questionnaire_number) == (pb.SURVEY_STATE_DRAFT, 1, 1)
    assert (await world.surveys(SUPERVISOR).CreateSurvey(request)).survey == first
    found = await world.surveys(OFFICER).GetQuestionnaire(pb.GetQuestionnaireRequest(survey_id=first.id))
    assert json.loads(found.questionnaire.part_b) == PART_B
    assert (await refusal(census.create(world))).reason == "SURVEY_EXISTS"
    other = await census.create(world, kind=pb.SURVEY_KIND_OTHER, audience=pb.SURVEY_AUDIENCE_LIAISON_POINTS)
    listed = await world.surveys(LEAD).ListSurveys(pb.ListSurveysRequest(page_size=1))
    rest = await world.surveys(LEAD).ListSurveys(pb.ListSurveysRequest(page_size=1, page_token=listed.next_page_token))
    assert [listed.surveys[0].id, rest.surveys[0].id, rest.next_page_token] == [other.id, first.id, ""]


async def test_of_two_annual_surveys_at_once_there_is_one(world: World) -> None:
    passed, refused = await race(*(census.create(world) for _ in range(6)))
    assert (len(passed), set(refused)) == (1, {"SURVEY_EXISTS"})


BAD_SURVEYS: dict[str, tuple[dict[str, Any], str]] = {
    "the end before the beginning": ({"content": {"closes_on": f"{YEAR}-01-09"}}, "SURVEY_DAYS_INVALID"),
    "no such day": ({"content": {"closes_on": f"{YEAR}-02-30"}}, "SURVEY_DAYS_INVALID"),
    "an annual survey of some": ({"audience": pb.SURVEY_AUDIENCE_LIAISON_POINTS}, "SURVEY_AUDIENCE_INVALID"),
    "no title": ({"content": {"title": "　"}}, "FIELDS_INVALID"),
    "101 percent": ({"content": {"valid_min_percent": 101}}, "FIELDS_INVALID"),
}


@pytest.mark.parametrize("case", BAD_SURVEYS)
async def test_what_is_no_survey(world: World, case: str) -> None:
    changes, reason = BAD_SURVEYS[case]
    assert (await refusal(census.create(world, **deepcopy(changes)))).reason == reason
    assert await world.rows("SELECT 1 FROM survey") == []


async def test_only_supervisors_lead(world: World) -> None:
    survey = await census.create(world)
    for actor in (LEAD, OPERATOR, OFFICER):
        calls = (
            world.surveys(actor).CreateSurvey(census.creation(YEAR + 1)),
            world.surveys(actor).OpenSurvey(pb.OpenSurveyRequest(on=on(survey))),
            world.surveys(actor).CloseSurvey(pb.CloseSurveyRequest(on=on(survey))),
        )
        assert {(await refusal(call)).reason for call in calls} == {"PERMISSION_DENIED"}


async def test_a_survey_goes_one_way_and_tells_of_every_step(world: World) -> None:
    survey = await census.create(world)
    early = await refusal(world.surveys(SUPERVISOR).OpenSurvey(pb.OpenSurveyRequest(on=on(survey))))
    assert early.reason == "SURVEY_NOT_READY"
    assert (await refusal(census.close(world, survey))).metadata["state"] == "DRAFT"
    await census.import_census(world, row(1))
    await census.links(world, survey)
    stale = pb.OpenSurveyRequest(on=on(survey, version=7))
    assert (await refusal(world.surveys(SUPERVISOR).OpenSurvey(stale))).reason == "STALE_VERSION"
    request = pb.OpenSurveyRequest(on=on(survey))
    opened = (await world.surveys(SUPERVISOR).OpenSurvey(request)).survey
    assert (await world.surveys(SUPERVISOR).OpenSurvey(request)).survey == opened
    closed = await census.close(world, opened)
    assert closed.state == pb.SURVEY_STATE_CLOSED
    again = pb.OpenSurveyRequest(on=on(closed))
    assert (await refusal(world.surveys(SUPERVISOR).OpenSurvey(again))).reason == "SURVEY_WRONG_STATE"
    told = await world.events(events_pb2.SurveyChanged, survey.id)
    assert [(one.version, one.state) for one in told] == [(1, 1), (2, 2), (3, 3)]
    with pytest.raises(IntegrityError) as caught:
        await world.change("UPDATE survey SET state = 'OPEN', closed_at = NULL")
    assert constraint_of(caught.value) == "survey_goes_on"


async def test_an_open_survey_may_last_longer_and_nothing_else(world: World) -> None:
    survey = await census.opened(world, row(1))
    longer = pb.SurveyContent(**census.CONTENT | {"closes_on": f"{YEAR + 1}-01-31"}, valid_min_percent=60)
    update = pb.UpdateSurveyRequest(on=on(survey), content=longer)
    changed = (await world.surveys(SUPERVISOR).UpdateSurvey(update)).survey
    assert changed.content.closes_on == f"{YEAR + 1}-01-31"
    easier = pb.SurveyContent(**census.CONTENT, valid_min_percent=0)
    refused = await refusal(world.surveys(SUPERVISOR).UpdateSurvey(pb.UpdateSurveyRequest(on=on(changed), content=easier)))
    assert refused.reason == "SURVEY_WRONG_STATE"


async def test_a_survey_whose_last_day_has_passed_is_not_opened(world: World) -> None:
    """It would close at once, for good."""
    await census.import_census(world, row(1))
    survey = await census.create(world, content={"opens_on": "2021-01-10", "closes_on": "2021-02-28"})
    await census.links(world, survey)
    refused = await refusal(world.surveys(SUPERVISOR).OpenSurvey(pb.OpenSurveyRequest(on=on(survey))))
    assert (refused.reason, refused.metadata["field"]) == ("SURVEY_DAYS_INVALID", "closes_on")


async def test_a_bad_questionnaire_is_told_whole_and_not_written(world: World) -> None:
    survey = await census.create(world)
    bad = deepcopy(PART_A)
    bad["questions"][0]["kind"] = "essay"
    bad["questions"][1]["show_if"] = {"question": "advice", "is": "o1"}
    answer = await world.surveys(SUPERVISOR).SaveQuestionnaire(saving(survey, bad))
    assert [(one.path, one.reason) for one in answer.errors] == [
        ("part_a.questions[0].kind", "VALUE_UNKNOWN"),
        ("part_a.questions[1].show_if.question", "REFERENCE_NOT_EARLIER"),
    ]
    for text_ in ("{]", "[" * 100_000, '{"title": NaN}'):
        request = pb.SaveQuestionnaireRequest(on=on(survey), part_a=text_, part_b="{}")
        told = (await world.surveys(LEAD).SaveQuestionnaire(request)).errors
        assert [(one.path, one.reason) for one in told] == [("part_a", "FORMAT_INVALID")]
    assert (await get(world, survey)).version == 1


async def test_until_somebody_answered_a_questionnaire_is_written_anew(world: World) -> None:
    survey = await census.create(world)
    shorter = PART_A | {"questions": PART_A["questions"][:1]}
    request = saving(survey, shorter)
    saved = await world.surveys(LEAD).SaveQuestionnaire(request)
    assert (saved.questionnaire.number, saved.questionnaire.frozen, saved.version) == (1, False, 2)
    assert await world.surveys(LEAD).SaveQuestionnaire(request) == saved
    assert (await refusal(world.surveys(LEAD).SaveQuestionnaire(saving(survey)))).reason == "STALE_VERSION"


async def test_once_answered_it_is_followed_by_versions_that_retire_and_add(world: World) -> None:
    survey = await census.opened(world, row(1))
    await census.answer(world, survey, 1)
    with pytest.raises(IntegrityError) as caught:
        await world.change("UPDATE questionnaire_version SET part_a = '{}'")
    assert constraint_of(caught.value) == "questionnaire_frozen"
    gone = PART_A | {"questions": PART_A["questions"][1:]}
    refused = await world.surveys(SUPERVISOR).SaveQuestionnaire(saving(survey, gone))
    assert [one.reason for one in refused.errors] == ["KEY_GONE"]
    retired = deepcopy(PART_A)
    retired["questions"][0]["options"][0]["retired"] = True
    saved = await world.surveys(SUPERVISOR).SaveQuestionnaire(saving(survey, retired))
    assert (saved.questionnaire.number, saved.questionnaire.frozen) == (2, False)
    first = await world.surveys(LEAD).GetQuestionnaire(pb.GetQuestionnaireRequest(survey_id=survey.id, number=1))
    assert json.loads(first.questionnaire.part_a) == PART_A
    survey = await get(world, survey)
    revived = await world.surveys(SUPERVISOR).SaveQuestionnaire(saving(survey, PART_A))
    assert not revived.errors  # nobody answered the second version yet
    missing = pb.GetQuestionnaireRequest(survey_id=survey.id, number=9)
    assert (await refusal(world.surveys(LEAD).GetQuestionnaire(missing))).reason == "QUESTIONNAIRE_NOT_FOUND"


async def test_an_answer_on_its_way_keeps_the_questionnaire_that_it_answers(world: World) -> None:
    survey = await census.opened(world, row(1))
    shorter = PART_A | {"questions": PART_A["questions"][:1]}
    async with world.database.begin() as session:
        await session.execute(text(census.ANSWER), {"survey": UUID(survey.id), "uscc": uscc(1), "percent": 9})
        saving_now = asyncio.ensure_future(world.surveys(LEAD).SaveQuestionnaire(saving(survey, shorter)))
        await asyncio.sleep(0.3)
        assert not saving_now.done()
    assert {one.reason for one in (await saving_now).errors} == {"KEY_GONE"}


async def test_nothing_is_answered_before_the_opening_or_after_the_close(world: World) -> None:
    await census.import_census(world, row(1))
    survey = await census.create(world)
    await census.links(world, survey)
    for attempt in (census.answer(world, survey, 1), census.give_part_b(world, survey, 1, {})):
        with pytest.raises(DBAPIError) as caught:
            await attempt
        assert constraint_of(caught.value) == "survey_open"
    survey = (await world.surveys(SUPERVISOR).OpenSurvey(pb.OpenSurveyRequest(on=on(survey)))).survey
    await census.answer(world, survey, 1)
    await census.close(world, survey)
    for statement in (
        "UPDATE survey_response SET revision = 2",
        "INSERT INTO survey_response SELECT * FROM survey_response",
    ):
        with pytest.raises(DBAPIError) as caught:
            await world.change(statement)
        assert constraint_of(caught.value) == "survey_open"


async def test_a_foreign_id_is_no_survey(world: World) -> None:
    unknown = pb.Survey(id=str(uuid4()), version=1)
    assert (await refusal(get(world, unknown))).reason == "SURVEY_NOT_FOUND"
    assert (await refusal(census.close(world, unknown))).reason == "SURVEY_NOT_FOUND"
