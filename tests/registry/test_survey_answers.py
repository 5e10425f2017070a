"""Answering through a link: kept half-filled, handed in whole, replaced until the close; never lost, never doubled."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from fahu.registry.v1 import survey_answer_service_pb2 as pb
from fahu.registry.v1 import survey_service_pb2 as admin
from sqlalchemy import text

from kit.auth import Actor
from services.registry import envelopes
from services.registry.models import SealedAnswer
from services.registry.queries import survey_answers as queries
from services.registry.rules.anonymity import FEWEST
from services.registry.rules.surveys import token_hash
from tests.registry.answering import OPINION, PART_A, PART_B, WHOLE, draft, get, invite, opinion, submission
from tests.registry.census import SUPERVISOR, on
from tests.registry.conftest import LEAD, World, race, refusal

CLOSE = "UPDATE survey SET state = 'CLOSED', closed_at = now(), version = version + 1"


async def rows(world: World, table: str) -> int:
    return int((await world.rows(f"SELECT count(*) FROM {table}"))[0][0])


async def opinions(world: World) -> list[Any]:
    """What is in the envelopes."""
    async with world.database.read() as session:
        found = await session.scalars(SealedAnswer.__table__.select().with_only_columns(SealedAnswer.id))
        envelopes_found = [await session.get(SealedAnswer, one) for one in found.all()]
    return [envelopes.unseal(world.personal, one) for one in envelopes_found if one]


async def test_a_link_shows_what_is_asked_in_which_part(world: World) -> None:
    (holder,) = await invite(world.database, 1)
    link = (await world.survey_answers().GetSurveyLink(get(holder.token))).link
    assert (link.state, link.enterprise_name, link.title) == (pb.SURVEY_LINK_STATE_OPEN, "示例1", "问卷大调查")
    assert (json.loads(link.part_a), json.loads(link.part_b)) == (PART_A, PART_B)
    assert (link.answers.state, link.answers.version) == (pb.SURVEY_ANSWERS_STATE_NONE, 1)
    assert not link.opinion_given
    opened = (await world.rows("SELECT opened_on FROM invitation"))[0][0]
    assert opened is not None
    assert await rows(world, "survey_response") == 0


async def test_a_draft_is_gone_on_with_on_another_device(world: World) -> None:
    (holder,) = await invite(world.database, 1)
    service = world.survey_answers()
    kept = (await service.SaveSurveyDraft(draft(holder.token, {"staff": 12}))).answers
    assert (kept.version, kept.answered_percent) == (2, 50)
    again = (await service.SaveSurveyDraft(draft(holder.token, {"staff": 12}))).answers
    assert again.version == 2  # the first answer may have been lost
    link = (await world.survey_answers().GetSurveyLink(get(holder.token))).link
    assert json.loads(link.answers.answers) == {"staff": 12}
    assert link.answers.state == pb.SURVEY_ANSWERS_STATE_DRAFT
    stale = await refusal(service.SaveSurveyDraft(draft(holder.token, {"staff": 13})))
    assert (stale.reason, stale.metadata) == ("STALE_VERSION", {"version": "2"})
    taken = (await service.SubmitSurveyAnswers(submission(holder.token, version=2))).answers
    assert (taken.state, taken.version, taken.answered_percent) == (pb.SURVEY_ANSWERS_STATE_SUBMITTED, 3, 100)
    late = await refusal(service.SaveSurveyDraft(draft(holder.token, {"staff": 1}, version=3)))
    assert late.reason == "SURVEY_ALREADY_SUBMITTED"


async def test_what_is_handed_in_again_replaces_and_counts_once(world: World) -> None:
    (holder,) = await invite(world.database, 1)
    service = world.survey_answers()
    first = submission(holder.token, key="first")
    assert (await service.SubmitSurveyAnswers(first)).answers.version == 2
    assert (await service.SubmitSurveyAnswers(first)).answers.version == 2
    other = await refusal(service.SubmitSurveyAnswers(submission(holder.token, WHOLE | {"staff": 7}, key="first")))
    assert other.reason == "IDEMPOTENCY_KEY_REUSED"
    assert (await refusal(service.SubmitSurveyAnswers(submission(holder.token, key="x")))).reason == "STALE_VERSION"
    replaced = submission(holder.token, WHOLE | {"staff": 7}, version=2)
    answers = (await service.SubmitSurveyAnswers(replaced)).answers
    assert (answers.version, json.loads(answers.answers)["staff"]) == (3, 7)
    assert await rows(world, "survey_response") == 1


async def test_part_a_is_whole_and_consented_to_or_not_taken(world: World) -> None:
    (holder,) = await invite(world.database, 1)
    service = world.survey_answers()
    without = submission(holder.token, consented=False)
    assert (await refusal(service.SubmitSurveyAnswers(without))).reason == "SURVEY_CONSENT_MISSING"
    bad = {"needs": ["lecture", "none"], "staff": "many", "q9": 1}
    refused = await refusal(service.SubmitSurveyAnswers(submission(holder.token, bad)))
    assert refused.reason == "SURVEY_ANSWERS_INVALID"
    assert {(one.field, one.rule) for one in refused.violations} == {
        ("answers.q9", "FIELD_UNKNOWN"),
        ("answers.needs[1]", "VALUE_UNKNOWN"),
        ("answers.staff", "TYPE_WRONG"),
    }
    half = await refusal(service.SubmitSurveyAnswers(submission(holder.token, {"needs": ["lecture"], "staff": 1})))
    assert [(one.field, one.rule) for one in half.violations] == [("answers.which", "MISSING")]
    unknown = await refusal(service.SubmitSurveyAnswers(submission(holder.token, number=2)))
    assert unknown.reason == "SURVEY_QUESTIONNAIRE_UNKNOWN"
    assert await rows(world, "survey_response") == 0


@pytest.mark.parametrize("hostile", ["null", "[]", '"x"', "{{", '{"staff": NaN}', '{"which": "\\u0000"}', "[" * 5000, "{}}"])
async def test_what_is_no_answer_is_told_and_not_kept(world: World, hostile: str) -> None:
    (holder,) = await invite(world.database, 1)
    request = submission(holder.token)
    request.answers = hostile
    assert (await refusal(world.survey_answers().SubmitSurveyAnswers(request))).reason == "SURVEY_ANSWERS_INVALID"
    assert await rows(world, "survey_response") == 0


async def test_a_link_that_was_replaced_or_never_was_is_not_there(world: World) -> None:
    (holder,) = await invite(world.database, 1)
    await world.change("UPDATE invitation SET token_hash = sha256('another'), link_number = 2")
    service = world.survey_answers()
    for token in (holder.token, "made-up", holder.token[:-1], "汉字"):
        for call in (
            service.GetSurveyLink(get(token)),
            service.SaveSurveyDraft(draft(token, {})),
            service.SubmitSurveyAnswers(submission(token)),
            service.GiveSurveyOpinion(opinion(token)),
        ):
            assert (await refusal(call)).reason == "SURVEY_LINK_NOT_FOUND"


async def test_the_link_of_a_survey_that_is_not_open_yet_is_not_there(world: World) -> None:
    (holder,) = await invite(world.database, 1, state="DRAFT")
    assert (await refusal(world.survey_answers().GetSurveyLink(get(holder.token)))).reason == "SURVEY_LINK_NOT_FOUND"


async def test_after_the_close_answers_are_read_and_none_is_taken(world: World) -> None:
    first, second = await invite(world.database, 2)
    service = world.survey_answers()
    await service.SubmitSurveyAnswers(submission(first.token, key="kept"))
    await service.GiveSurveyOpinion(opinion(first.token))
    await world.change(CLOSE)
    link = (await service.GetSurveyLink(get(first.token))).link
    assert (link.state, link.answers.state) == (pb.SURVEY_LINK_STATE_CLOSED, pb.SURVEY_ANSWERS_STATE_SUBMITTED)
    repeated = (await service.SubmitSurveyAnswers(submission(first.token, key="kept"))).answers
    assert repeated.version == 2  # it was taken in before the close, and is told so
    assert (await refusal(service.GiveSurveyOpinion(opinion(first.token)))).reason == "SURVEY_OPINION_GIVEN"
    for call in (
        service.SaveSurveyDraft(draft(second.token, {"staff": 1})),
        service.SubmitSurveyAnswers(submission(second.token)),
        service.GiveSurveyOpinion(opinion(second.token)),
    ):
        assert (await refusal(call)).reason == "SURVEY_CLOSED"
    assert (await rows(world, "survey_response"), await rows(world, "sealed_answer")) == (1, 1)


async def test_part_b_is_given_once_and_leaves_nothing_but_an_envelope(world: World) -> None:
    first, second = await invite(world.database, 2)
    before = await world.snapshot()
    service = world.survey_answers()
    await service.GiveSurveyOpinion(opinion(first.token))
    again = opinion(first.token, OPINION | {"court": 1})
    assert (await refusal(service.GiveSurveyOpinion(again))).reason == "SURVEY_OPINION_GIVEN"
    wrong = await refusal(service.GiveSurveyOpinion(opinion(second.token, {"court": 6, "needs": []})))
    assert {(one.field, one.rule) for one in wrong.violations} == {
        ("answers.court", "OUT_OF_RANGE"),
        ("answers.needs", "FIELD_UNKNOWN"),  # of part A
    }
    (found,) = await opinions(world)
    assert (found.answers, found.area_code, found.industry) == (OPINION, first.area_code, first.industry)
    assert await world.snapshot() == before  # audit and outbox, too
    given = await world.rows("SELECT id, part_b_given FROM invitation")
    assert {row.id for row in given if row.part_b_given} == {first.invitation_id}
    assert await rows(world, "survey_response") == 0


async def test_all_at_once_one_is_taken(world: World) -> None:
    (holder,) = await invite(world.database, 1)
    service = world.survey_answers()
    taken, refused = await race(
        *[service.SubmitSurveyAnswers(submission(holder.token, WHOLE | {"staff": one})) for one in range(8)]
    )
    assert (len(taken), set(refused)) == (1, {"STALE_VERSION"})
    same = [service.SubmitSurveyAnswers(submission(holder.token, version=2, key="same")) for _ in range(8)]
    taken, refused = await race(*same)
    assert ({one.answers.version for one in taken}, refused) == ({3}, [])
    taken, refused = await race(*[service.GiveSurveyOpinion(opinion(holder.token)) for _ in range(8)])
    assert (len(taken), set(refused)) == (1, {"SURVEY_OPINION_GIVEN"})
    assert (await rows(world, "survey_response"), await rows(world, "sealed_answer")) == (1, 1)


async def test_the_close_waits_for_an_answer_and_finds_it(world: World) -> None:
    """An answer that was acknowledged is among those that the close reads, however close they come."""
    holders = await invite(world.database, 24)
    service = world.survey_answers()

    survey = (await world.surveys(SUPERVISOR).ListSurveys(admin.ListSurveysRequest())).surveys[0]

    async def close() -> tuple[int, int]:
        await asyncio.sleep(0.02)
        summary = (await world.surveys(SUPERVISOR).CloseSurvey(admin.CloseSurveyRequest(on=on(survey)))).survey.summary
        return summary.returned, summary.part_b_given

    calls = [
        call
        for holder in holders
        for call in (service.SubmitSurveyAnswers(submission(holder.token)), service.GiveSurveyOpinion(opinion(holder.token)))
    ]
    (taken, refused), counted = await asyncio.gather(race(*calls), close())
    by_kind = [
        sum(isinstance(one, kind) for one in taken)
        for kind in (pb.SubmitSurveyAnswersResponse, pb.GiveSurveyOpinionResponse)
    ]
    assert tuple(by_kind) == counted
    assert set(refused) <= {"SURVEY_CLOSED"}
    kept = [await rows(world, table) for table in ("survey_response", "anonymous_answer", "sealed_answer")]
    assert kept == [counted[0], counted[1] if counted[1] >= FEWEST else 0, 0]


async def test_the_close_is_not_overtaken(world: World) -> None:
    """Who waits for one answer is not kept waiting by those that come after it."""
    first, second = await invite(world.database, 2)
    survey = (await world.surveys(SUPERVISOR).ListSurveys(admin.ListSurveysRequest())).surveys[0]
    async with world.database.begin() as session:
        await queries.link_to_answer(session, token_hash(first.token), 1)
        closing = asyncio.ensure_future(world.surveys(SUPERVISOR).CloseSurvey(admin.CloseSurveyRequest(on=on(survey))))
        await asyncio.sleep(0.3)
        late = asyncio.create_task(refusal(world.survey_answers().SubmitSurveyAnswers(submission(second.token))))
        done, _ = await asyncio.wait({closing, late}, timeout=0.5)
        assert not done
    assert (await closing).survey.state == admin.SURVEY_STATE_CLOSED
    assert (await late).reason == "SURVEY_CLOSED"


async def test_an_answer_begun_stays_with_its_version_of_the_questionnaire(world: World) -> None:
    first, second = await invite(world.database, 2)
    service = world.survey_answers()
    await service.SaveSurveyDraft(draft(first.token, {"needs": ["checkup"]}))
    retired = json.loads(json.dumps(PART_A))
    retired["questions"][0]["options"][1]["retired"] = True
    async with world.database.begin() as session:
        await session.execute(
            text(
                "INSERT INTO questionnaire_version SELECT survey_id, 2, CAST(:part AS jsonb), part_b, now(), created_by"
                " FROM questionnaire_version"
            ),
            {"part": json.dumps(retired)},
        )
    links = [(await service.GetSurveyLink(get(one.token))).link for one in (first, second)]
    assert [link.questionnaire_number for link in links] == [1, 2]
    old = {"needs": ["checkup"], "staff": 1}
    assert (await service.SubmitSurveyAnswers(submission(first.token, old, version=2))).answers.version == 3
    refused = await refusal(service.SubmitSurveyAnswers(submission(second.token, old, number=2)))
    assert [(one.field, one.rule) for one in refused.violations] == [("answers.needs[0]", "OPTION_RETIRED")]


@pytest.mark.parametrize("actor", [LEAD, "dispatch"])
async def test_only_the_gateway_calls(world: World, actor: Actor | str) -> None:
    (holder,) = await invite(world.database, 1)
    service = world.survey_answers(actor)
    assert (await refusal(service.GetSurveyLink(get(holder.token)))).reason == "PERMISSION_DENIED"


async def test_the_database_lets_no_answer_go_back(world: World) -> None:
    (holder,) = await invite(world.database, 1)
    await world.survey_answers().SubmitSurveyAnswers(submission(holder.token))
    for statement in (
        "UPDATE survey_response SET revision = 1",
        "UPDATE survey_response SET revision = 2, state = 'DRAFT', submitted_at = NULL, request_id = NULL, mark = NULL",
    ):
        with pytest.raises(Exception, match="go on, and not back"):
            await world.change(statement)
    assert (await world.rows("SELECT answers FROM survey_response"))[0][0] == WHOLE


def test_a_token_is_not_kept() -> None:
    token = uuid4().hex
    assert token.encode() not in token_hash(token)
