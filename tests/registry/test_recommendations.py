"""Recommendations: who may do what with them, what is late, and that no change is lost or made twice."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import events_pb2, recommendation_pb2
from fahu.registry.v1 import findings_service_pb2 as findings_pb
from fahu.registry.v1 import recommendation_service_pb2 as pb
from sqlalchemy.exc import DBAPIError, IntegrityError

from kit.auth import Actor
from kit.calendar import BEIJING
from kit.db import constraint_of
from services.registry.service import exports
from tests import signing
from tests.registry import census
from tests.registry.census import LEAD, OFFICER, OPERATOR, SUPERVISOR, row
from tests.registry.conftest import YEAR, World, refusal
from tests.registry.files import ZHUJING
from tests.registry.test_exports import rows_of
from tests.registry.test_findings import analysed, drawn, text_of

TODAY = datetime.now(UTC).astimezone(BEIJING).date()
HANDLER = signing.person(Role.ROLE_AGENCY_HANDLER, unit="hrss")
STRANGER = signing.person(Role.ROLE_AGENCY_LEAD, unit="eco_env")
TEXT = "每季度在各镇开展一次劳动用工宣讲"


async def survey_of(world: World) -> Any:
    survey = await census.opened(world, row(1))
    return await analysed(world, await census.close(world, survey))


def content(**changes: Any) -> recommendation_pb2.RecommendationContent:
    values = {"text": TEXT, "owner_unit": "hrss", "due_on": (TODAY + timedelta(days=30)).isoformat()}
    return recommendation_pb2.RecommendationContent(**values | changes)


def proposing(survey: Any, **changes: Any) -> pb.ProposeRecommendationRequest:
    return pb.ProposeRecommendationRequest(survey_id=survey.id, content=content(**changes), request_id=uuid4().hex)


async def propose(world: World, survey: Any, **changes: Any) -> Any:
    return (await world.recommendations(SUPERVISOR).ProposeRecommendation(proposing(survey, **changes))).recommendation


def on(found: Any, version: int = 0) -> pb.RecommendationPrecondition:
    return pb.RecommendationPrecondition(
        recommendation_id=found.id, expected_version=version or found.version, request_id=uuid4().hex
    )


async def adopt(world: World, found: Any) -> Any:
    request = pb.AdoptRecommendationRequest(on=on(found), measure="宣讲增至每季度一次")
    return (await world.recommendations(SUPERVISOR).AdoptRecommendation(request)).recommendation


async def complete(world: World, found: Any, actor: Actor = HANDLER) -> Any:
    request = pb.CompleteRecommendationRequest(on=on(found), evidence="已开展十一场")
    return (await world.recommendations(actor).CompleteRecommendation(request)).recommendation


async def listed(world: World, actor: Actor, **more: Any) -> list[str]:
    found: list[str] = []
    request = pb.ListRecommendationsRequest(page_size=1, **more)
    while True:
        answer = await world.recommendations(actor).ListRecommendations(request)
        found += [one.id for one in answer.recommendations]
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def test_from_proposal_to_done(world: World) -> None:
    survey = await survey_of(world)
    proposed = await propose(world, survey)
    adopted = await adopt(world, proposed)
    assert (adopted.state, adopted.measure, adopted.version) == (2, "宣讲增至每季度一次", 2)
    done = await complete(world, adopted)
    assert (done.state, done.evidence, done.HasField("done_at")) == (3, "已开展十一场", True)
    told = await world.events(events_pb2.RecommendationChanged, done.id)
    assert [(one.version, one.state, one.owner_unit) for one in told] == [(1, 1, "hrss"), (2, 2, "hrss"), (3, 3, "hrss")]
    assert TEXT.encode().hex() not in str(await world.rows("SELECT outbox::text FROM outbox"))
    for late in (pb.DeclineRecommendationRequest(on=on(done), reason="太晚"), pb.AdoptRecommendationRequest(on=on(done))):
        method = type(late).__name__.removesuffix("Request")
        refused = await refusal(getattr(world.recommendations(SUPERVISOR), method)(late))
        assert (refused.reason, refused.metadata["state"]) == ("RECOMMENDATION_WRONG_STATE", "done")


async def test_each_sees_its_own_and_the_owner_alone_reports_it_done(world: World) -> None:
    survey = await survey_of(world)
    first = await adopt(world, await propose(world, survey))
    second = await adopt(world, await propose(world, survey, owner_unit=f"area-{ZHUJING}"))
    for actor, seen in (
        (SUPERVISOR, [second.id, first.id]),
        (OPERATOR, [second.id, first.id]),
        (HANDLER, [first.id]),
        (OFFICER, [second.id]),
        (STRANGER, []),
        (signing.person(Role.ROLE_AGENCY_HANDLER), []),
    ):
        assert await listed(world, actor) == seen
        for one in (first, second):
            request = pb.GetRecommendationRequest(recommendation_id=one.id)
            if one.id in seen:
                assert (await world.recommendations(actor).GetRecommendation(request)).recommendation == one
            else:
                assert (await refusal(world.recommendations(actor).GetRecommendation(request))).reason == (
                    "RECOMMENDATION_NOT_FOUND"
                )
    assert (await refusal(complete(world, first, STRANGER))).reason == "RECOMMENDATION_NOT_FOUND"
    for actor in (LEAD, SUPERVISOR):
        assert (await refusal(complete(world, first, actor))).reason == "PERMISSION_DENIED"
    assert (await complete(world, second, OFFICER)).state == recommendation_pb2.RECOMMENDATION_STATE_DONE
    for actor in (LEAD, HANDLER, OFFICER):
        refused = await refusal(world.recommendations(actor).ProposeRecommendation(proposing(survey)))
        assert refused.reason == "PERMISSION_DENIED"


async def test_late_is_what_was_adopted_and_not_done_in_time(world: World) -> None:
    survey = await survey_of(world)
    proposed = await propose(world, survey, due_on=TODAY.isoformat())
    adopted = await adopt(world, await propose(world, survey, due_on=TODAY.isoformat()))
    assert (await listed(world, SUPERVISOR, late=True), adopted.late) == ([], False)
    await world.change("UPDATE recommendation SET due_on = due_on - 1")
    assert await listed(world, SUPERVISOR, late=True) == [adopted.id]
    assert await listed(world, HANDLER, late=True, survey_id=survey.id, owner_unit="hrss", state=2) == [adopted.id]
    assert await listed(world, SUPERVISOR, state=1) == [proposed.id]
    seen = await world.recommendations(HANDLER).GetRecommendation(pb.GetRecommendationRequest(recommendation_id=adopted.id))
    assert seen.recommendation.late
    assert not (await complete(world, adopted)).late


async def test_a_file_holds_what_may_be_listed_and_runs_nothing(world: World) -> None:
    survey = await survey_of(world)
    formula, long = '=HYPERLINK("x")', "长" * 2000
    first = await complete(world, await adopt(world, await propose(world, survey, text=formula)))
    second = await adopt(world, await propose(world, survey, text=long, owner_unit=f"area-{ZHUJING}"))
    await world.change("UPDATE recommendation SET due_on = :day WHERE state = 'ADOPTED'", day=TODAY - timedelta(days=1))

    async def file(actor: Actor, **more: Any) -> list[list[Any]]:
        answer = await world.recommendations(actor).ExportRecommendations(pb.ExportRecommendationsRequest(**more))
        head, *rows = rows_of(answer.content)
        assert head == list(exports.RECOMMENDATIONS)
        return rows

    today, measure, owner = TODAY.isoformat(), "宣讲增至每季度一次", f"area-{ZHUJING}"
    about = [YEAR, census.CONTENT["title"]]
    done = [f"'{formula}", "区人社局", first.content.due_on, "已落实", "否", measure, "已开展十一场", "", today, today]
    late = [long, "朱泾镇", (TODAY - timedelta(days=1)).isoformat(), "已采纳", "是", measure, "", "", today, ""]
    assert await file(SUPERVISOR) == [[*about, *late], [*about, *done]]
    assert await file(OPERATOR, survey_id=survey.id, late=True) == [[*about, *late]]
    for actor, rows in ((HANDLER, [done]), (OFFICER, [late]), (STRANGER, [])):
        assert [row[2:] for row in await file(actor)] == rows
    assert (await file(SUPERVISOR, state=second.state), await file(HANDLER, owner_unit=owner)) == ([[*about, *late]], [])
    liaison = world.recommendations(signing.person(Role.ROLE_LIAISON))
    refused = await refusal(liaison.ExportRecommendations(pb.ExportRecommendationsRequest()))
    assert refused.reason == "PERMISSION_DENIED"
    query = "SELECT subject, reason, actor FROM audit WHERE action = 'RECOMMENDATIONS_EXPORTED' ORDER BY position"
    audited = [tuple(row) for row in await world.rows(query)]
    assert audited[:2] == [
        ("recommendations", "2 rows", SUPERVISOR.subject),
        (f"survey/{survey.id}", "late=True; 1 rows", OPERATOR.subject),
    ]
    assert audited[-1] == ("recommendations", f"unit={owner}; 0 rows", HANDLER.subject)


async def test_a_file_that_is_too_long_is_refused_and_not_cut(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = await survey_of(world)
    for _ in range(2):
        await propose(world, survey)
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    refused = await refusal(world.recommendations(OPERATOR).ExportRecommendations(pb.ExportRecommendationsRequest()))
    assert (refused.reason, refused.metadata) == ("EXPORT_TOO_LARGE", {"rows": "1"})


async def test_what_cannot_be_recommended(world: World) -> None:
    survey = await survey_of(world)
    for changes, reason in (
        ({"owner_unit": "nobody"}, "RECOMMENDATION_OWNER_UNKNOWN"),
        ({"due_on": (TODAY - timedelta(days=1)).isoformat()}, "RECOMMENDATION_DAY_INVALID"),
        ({"due_on": "2031-02-30"}, "RECOMMENDATION_DAY_INVALID"),
        ({"text": "　"}, "FIELDS_INVALID"),
        ({"text": "x" * 2001}, "FIELDS_INVALID"),
    ):
        assert (await refusal(propose(world, survey, **changes))).reason == reason, changes
    other = await census.create(world, year=survey.year + 1)
    assert (await refusal(propose(world, other))).reason == "SURVEY_NOT_ANALYSED"
    unknown = pb.ProposeRecommendationRequest(survey_id=str(uuid4()), content=content(), request_id="x")
    assert (await refusal(world.recommendations(SUPERVISOR).ProposeRecommendation(unknown))).reason == "SURVEY_NOT_FOUND"
    assert await listed(world, SUPERVISOR) == []


async def test_a_retry_takes_effect_once_and_a_stale_change_none(world: World) -> None:
    survey = await survey_of(world)
    request = proposing(survey)
    made = await asyncio.gather(*(world.recommendations(SUPERVISOR).ProposeRecommendation(request) for _ in range(5)))
    (recommendation_id,) = {one.recommendation.id for one in made}
    found = made[0].recommendation
    changing = pb.UpdateRecommendationRequest(on=on(found), content=content(text="改写"))
    changed = (await world.recommendations(SUPERVISOR).UpdateRecommendation(changing)).recommendation
    assert (await world.recommendations(SUPERVISOR).UpdateRecommendation(changing)).recommendation == changed
    stale = await refusal(adopt(world, found))
    assert (stale.reason, stale.metadata) == ("STALE_VERSION", {"version": "2"})
    request.content.text = "别的"
    reused = await refusal(world.recommendations(SUPERVISOR).ProposeRecommendation(request))
    assert reused.reason == "IDEMPOTENCY_KEY_REUSED"
    assert await listed(world, SUPERVISOR) == [recommendation_id]
    assert (await world.rows("SELECT count(*) FROM audit WHERE action LIKE 'RECOMMENDATION%'"))[0][0] == 2


async def test_a_report_tells_what_stood_when_it_was_finished(world: World) -> None:
    survey = await survey_of(world)
    kept = await adopt(world, await propose(world, survey))
    declined = await propose(world, survey, text="另设专窗")
    request = pb.DeclineRecommendationRequest(on=on(declined), reason="已有专窗")
    await world.recommendations(SUPERVISOR).DeclineRecommendation(request)
    before = text_of(await drawn(world, survey))
    assert f"1. {TEXT}。（责任单位：区人社局；" in before
    assert "已采纳）" in before
    assert "另设专窗" not in before
    report = findings_pb.ReportSurveyRequest(on=census.on(survey))
    await world.findings(SUPERVISOR).ReportSurvey(report)
    await complete(world, kept)
    assert text_of(await drawn(world, survey)) == before


BROKEN = {
    "done without evidence": ("UPDATE recommendation SET state = 'DONE', done_at = now()", "ck_recommendation_done_with"),
    "declined without a reason": ("UPDATE recommendation SET state = 'DECLINED'", "ck_recommendation_declined_with"),
    "done before it was adopted": (
        "UPDATE recommendation SET state = 'DONE', done_at = now(), evidence = 'x' WHERE state = 'PROPOSED'",
        "recommendation_goes_on",
    ),
    "taken back": ("UPDATE recommendation SET state = 'PROPOSED'", "recommendation_goes_on"),
    "owned by nobody": ("UPDATE recommendation SET owner_unit = 'nobody'", "fk_recommendation_owner_unit_unit"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_the_database_refuses_what_must_never_be(world: World, case: str) -> None:
    survey = await survey_of(world)
    if case == "done before it was adopted":
        await propose(world, survey)
    else:
        await adopt(world, await propose(world, survey))
    statement, constraint = BROKEN[case]
    with pytest.raises(IntegrityError) as caught:
        await world.change(statement)
    assert constraint_of(caught.value).startswith(constraint)


async def test_what_is_settled_stays_so(world: World) -> None:
    await complete(world, await adopt(world, await propose(world, await survey_of(world))))
    with pytest.raises(DBAPIError, match="stays so"):
        await world.change("UPDATE recommendation SET measure = 'x'")
