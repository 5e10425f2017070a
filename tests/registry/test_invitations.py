"""Who is asked: personal links that are told once, and reminders within their limits."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.registry.v1 import events_pb2
from fahu.registry.v1 import invitation_service_pb2 as pb
from fahu.registry.v1.survey_answer_service_pb2 import SURVEY_ANSWERS_STATE_NONE
from fahu.registry.v1.survey_service_pb2 import SURVEY_AUDIENCE_LIAISON_POINTS, SURVEY_KIND_OTHER, OpenSurveyRequest
from grpc import StatusCode
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import constraint_of
from services.registry.queries import invitations as queries
from services.registry.rules.surveys import token_hash
from tests.registry import census
from tests.registry.answering import draft, get
from tests.registry.census import LEAD, NEIGHBOUR, OFFICER, OPERATOR, SUPERVISOR, row
from tests.registry.conftest import SURVEY_LINK, World, race, refusal
from tests.registry.files import FENGJING, ZHUJING, line, uscc


def listing(survey: Any, **more: Any) -> pb.ListInvitationsRequest:
    return pb.ListInvitationsRequest(survey_id=survey.id, **more)


async def test_links_are_personal_told_once_and_kept_as_hashes(world: World) -> None:
    await census.import_census(world, row(1), row(2, FENGJING), row(3, above="否"))
    survey = await census.create(world)
    mine = await census.links(world, survey, OFFICER)
    assert list(mine) == [uscc(1)]
    assert (await census.links(world, survey)).keys() == {uscc(2)}
    assert await census.links(world, survey) == {}
    secret = mine[uscc(1)].removeprefix(SURVEY_LINK)
    held = await world.rows("SELECT token_hash, i::text FROM invitation i")
    assert token_hash(secret) in {one[0] for one in held}
    assert not any(secret in one[1] for one in held)
    for table in ("audit", "outbox"):
        assert not any(secret in str(one) for one in await world.rows(f"SELECT t::text FROM {table} t"))


async def test_a_repeated_request_tells_no_link_again(world: World) -> None:
    await census.import_census(world, row(1))
    survey = await census.create(world)
    request = pb.MakeInvitationsRequest(survey_id=survey.id, request_id="once")
    await world.invitations(LEAD).MakeInvitations(request)
    assert (await refusal(world.invitations(LEAD).MakeInvitations(request))).reason == "LINKS_TOLD"
    request.renew = True
    assert (await refusal(world.invitations(LEAD).MakeInvitations(request))).reason == "IDEMPOTENCY_KEY_REUSED"


async def test_what_nobody_opened_can_be_made_anew(world: World) -> None:
    survey = await census.opened(world, row(1), row(2), row(3))
    await world.change(
        "UPDATE invitation SET opened_on = sent_on WHERE enterprise_id = (SELECT id FROM enterprise WHERE uscc = :uscc)",
        uscc=uscc(1),
    )
    await census.answer(world, survey, 2)
    old = await world.rows("SELECT token_hash FROM invitation")
    assert list(await census.links(world, survey, renew=True)) == [uscc(3)]
    new = await world.rows("SELECT token_hash FROM invitation")
    assert len(set(old) & set(new)) == 2


async def enterprise_id(world: World, number: int) -> str:
    return str((await world.rows("SELECT id FROM enterprise WHERE uscc = :uscc", uscc=uscc(number)))[0][0])


async def test_another_link_for_one_voids_the_old(world: World) -> None:
    survey = await census.opened(world, row(1), row(2, FENGJING))
    request = pb.RemakeLinkRequest(survey_id=survey.id, enterprise_id=await enterprise_id(world, 1), request_id=uuid4().hex)
    assert (await refusal(world.invitations(NEIGHBOUR).RemakeLink(request))).reason == "INVITATION_NOT_FOUND"
    before = {one[0] for one in await world.rows("SELECT token_hash FROM invitation")}
    made = await world.invitations(OFFICER).RemakeLink(request)
    after = {one[0] for one in await world.rows("SELECT token_hash FROM invitation")}
    assert made.link_number == 2
    assert after - before == {token_hash(made.link.removeprefix(SURVEY_LINK))}
    assert (await refusal(world.invitations(OFFICER).RemakeLink(request))).reason == "LINKS_TOLD"
    await census.close(world, survey)
    request.request_id = uuid4().hex
    assert (await refusal(world.invitations(OFFICER).RemakeLink(request))).reason == "SURVEY_WRONG_STATE"


def remaking(survey: Any, enterprise: str) -> pb.RemakeLinkRequest:
    return pb.RemakeLinkRequest(survey_id=survey.id, enterprise_id=enterprise, request_id=uuid4().hex)


async def test_another_link_neither_shows_nor_replaces_what_was_handed_in(world: World) -> None:
    survey = await census.opened(world, row(1))
    await census.answer(world, survey, 1)
    before = await world.rows("SELECT token_hash, link_number FROM invitation")
    request = remaking(survey, await enterprise_id(world, 1))
    for actor in (OFFICER, LEAD):
        refused = await refusal(world.invitations(actor).RemakeLink(request))
        assert (refused.code, refused.reason) == (StatusCode.FAILED_PRECONDITION, "SURVEY_ANSWERED_ALREADY")
    assert await world.rows("SELECT token_hash, link_number FROM invitation") == before


async def test_another_link_begins_without_the_draft_of_the_old(world: World) -> None:
    await census.import_census(world, row(1))
    survey = await census.create(world)
    secret = (await census.links(world, survey))[uscc(1)].removeprefix(SURVEY_LINK)
    await world.surveys(SUPERVISOR).OpenSurvey(OpenSurveyRequest(on=census.on(survey)))
    answers = world.survey_answers()
    await answers.SaveSurveyDraft(draft(secret, {}))
    made = await world.invitations(OFFICER).RemakeLink(remaking(survey, await enterprise_id(world, 1)))
    new = made.link.removeprefix(SURVEY_LINK)
    seen = (await answers.GetSurveyLink(get(new))).link.answers
    assert (seen.state, seen.answers, seen.version) == (SURVEY_ANSWERS_STATE_NONE, "", 1)
    assert (await answers.SaveSurveyDraft(draft(new, {}))).answers.version == 2
    late = await refusal(answers.SaveSurveyDraft(draft(secret, {}, version=2)))
    assert late.reason == "SURVEY_LINK_NOT_FOUND"


async def test_of_two_who_invite_at_once_each_enterprise_gets_one_link(world: World) -> None:
    await census.import_census(world, *(row(number) for number in range(1, 20)))
    survey = await census.create(world)
    made, refused = await race(*(census.links(world, survey) for _ in range(4)))
    assert refused == []
    assert sorted(len(one) for one in made) == [0, 0, 0, 19]


async def test_without_taking_turns_who_invites_second_would_fail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_turn(session: AsyncSession, survey_id: UUID) -> None:
        """What `one_at_a_time` must not become."""

    monkeypatch.setattr(queries, "one_at_a_time", no_turn)
    await census.import_census(world, *(row(number) for number in range(1, 200)))
    survey = await census.create(world)
    made, _ = await race(*(census.links(world, survey) for _ in range(8)))
    assert len(made) < 8


async def test_who_is_being_moved_is_invited_where_they_are_then(world: World) -> None:
    await census.import_census(world, row(1), row(2))
    survey = await census.create(world)
    async with world.database.begin() as session:
        which = "enterprise_id = (SELECT id FROM enterprise WHERE uscc = :uscc)"
        moved = text(f"UPDATE enterprise_year SET area_code = :area WHERE {which}")
        await session.execute(moved, {"area": FENGJING, "uscc": uscc(2)})
        inviting = asyncio.create_task(census.links(world, survey))
        await asyncio.sleep(0.3)
        assert not inviting.done()
    assert (await inviting).keys() == {uscc(1), uscc(2)}
    places = await world.rows("SELECT area_code FROM invitation ORDER BY area_code")
    assert [one[0] for one in places] == [ZHUJING, FENGJING]


async def test_an_officer_sees_and_does_what_is_of_its_area(world: World) -> None:
    survey = await census.opened(world, row(1), row(2, FENGJING, "F"))
    for actor, seen in ((OFFICER, [1]), (NEIGHBOUR, [2]), (OPERATOR, [1, 2]), (SUPERVISOR, [1, 2])):
        found = (await world.invitations(actor).ListInvitations(listing(survey))).invitations
        assert [one.uscc for one in found] == [uscc(number) for number in seen]
        cells = (await world.invitations(actor).GetProgress(pb.GetProgressRequest(survey_id=survey.id))).cells
        assert sum(cell.population for cell in cells) == len(seen)
        file = pb.ExportInvitationsRequest(survey_id=survey.id)
        assert (await world.invitations(actor).ExportInvitations(file)).row_count == len(seen)
    assert not (await world.invitations(OFFICER).ListInvitations(listing(survey, area_code=FENGJING))).invitations
    foreign = pb.MakeInvitationsRequest(survey_id=survey.id, area_code=FENGJING, request_id="x")
    assert (await refusal(world.invitations(OFFICER).MakeInvitations(foreign))).reason == "SURVEY_AREA_NOT_FOUND"
    for actor in (OPERATOR, SUPERVISOR):
        assert (await refusal(world.invitations(actor).MakeInvitations(foreign))).reason == "PERMISSION_DENIED"


async def test_pages_of_invitations_are_whole_and_in_order(world: World) -> None:
    survey = await census.opened(world, *(row(number, (ZHUJING, FENGJING)[number % 2]) for number in range(7)))
    seen, token = [], ""
    while True:
        page = await world.invitations().ListInvitations(listing(survey, page_size=3, page_token=token))
        seen += [(one.area_code, one.enterprise_name) for one in page.invitations]
        if not (token := page.next_page_token):
            break
    assert len(seen) == 7
    assert seen == sorted(seen)
    answered = listing(survey, page_token=token or "AAAA", status=pb.INVITATION_STATUS_ANSWERED)
    assert (await refusal(world.invitations().ListInvitations(answered))).reason == "PAGE_TOKEN_INVALID"


async def remind(world: World, survey: Any, actor: Any = LEAD, **more: Any) -> Any:
    request = pb.RemindInvitedRequest(survey_id=survey.id, request_id=more.pop("request_id", uuid4().hex), **more)
    return await world.invitations(actor).RemindInvited(request)


async def days_pass(world: World, days: int) -> None:
    columns = ("sent_on", "reminded_1_on", "reminded_2_on", "reminded_3_on")
    await world.change(f"UPDATE invitation SET {', '.join(f'{name} = {name} - {days}' for name in columns)}")


async def test_three_reminders_three_days_apart_to_who_has_not_answered(world: World) -> None:
    await world.import_lines(line(1, contact="张三", phone="13800000001"), line(2))
    survey = await census.opened(world, *(row(number) for number in range(1, 4)))
    await census.answer(world, survey, 3)
    first = await remind(world, survey, request_id="first")
    assert (first.reminded_count, first.told_count) == (2, 1)
    assert (await remind(world, survey, request_id="first")).reminded_count == 0
    event = (await world.events(events_pb2.SurveyReminderDue))[0]
    assert (event.survey_id, len(event.liaison_ids), event.closes_on) == (survey.id, 1, survey.content.closes_on)
    assert (await remind(world, survey)).reminded_count == 0
    named = [await enterprise_id(world, 1)]
    assert (await refusal(remind(world, survey, enterprise_ids=named))).reason == "REMINDER_NOT_DUE"
    for expected in (2, 2, 0):
        await days_pass(world, 2)
        assert (await remind(world, survey)).reminded_count == 0
        await days_pass(world, 1)
        due = await world.invitations().ListInvitations(listing(survey, status=pb.INVITATION_STATUS_TO_REMIND))
        assert len(due.invitations) == expected
        assert (await remind(world, survey)).reminded_count == expected
    answered = [await enterprise_id(world, 3)]
    assert (await refusal(remind(world, survey, enterprise_ids=answered))).reason == "REMINDER_NOT_DUE"
    found = (await world.invitations().ListInvitations(listing(survey))).invitations
    assert [(len(one.reminded_on), one.may_remind_on, one.answered) for one in found] == [
        (3, "", False),
        (3, "", False),
        (0, "", True),
    ]


async def test_of_many_who_remind_at_once_one_reminder_is_noted(world: World) -> None:
    survey = await census.opened(world, row(1))
    done, refused = await race(*(remind(world, survey) for _ in range(5)))
    assert (sum(one.reminded_count for one in done), refused) == (1, [])


@pytest.mark.parametrize(
    ("days", "constraint"),
    [
        ((0, 2, None), "ck_invitation_second_reminder"),
        ((0, 3, 5), "ck_invitation_third_reminder"),
        ((None, 3, None), "ck_invitation_second_after_first"),
        ((0, None, 6), "ck_invitation_third_after_second"),
        ((-1, None, None), "ck_invitation_first_reminder"),
    ],
)
async def test_the_database_refuses_a_reminder_too_early(
    world: World, days: tuple[int | None, ...], constraint: str
) -> None:
    await census.opened(world, row(1))
    today = date.fromisoformat(census.today())
    given = [None if day is None else today + timedelta(days=day) for day in days]
    update = "UPDATE invitation SET reminded_1_on = :one, reminded_2_on = :two, reminded_3_on = :three"
    with pytest.raises(IntegrityError) as caught:
        await world.change(update, one=given[0], two=given[1], three=given[2])
    assert constraint_of(caught.value) == constraint


async def test_who_reminds_keeps_to_its_area_and_the_open_survey(world: World) -> None:
    survey = await census.opened(world, row(1), row(2, FENGJING))
    foreign = [await enterprise_id(world, 2)]
    assert (await refusal(remind(world, survey, OFFICER, enterprise_ids=foreign))).reason == "INVITATION_NOT_FOUND"
    assert (await remind(world, survey, OFFICER)).reminded_count == 1
    progress = await world.invitations().GetProgress(pb.GetProgressRequest(survey_id=survey.id))
    assert [(cell.area_code, cell.industry, cell.population, cell.sent, cell.answered) for cell in progress.cells] == [
        (ZHUJING, "C", 1, 1, 0),
        (FENGJING, "C", 1, 1, 0),
    ]
    await census.close(world, survey)
    assert (await refusal(remind(world, survey))).reason == "SURVEY_WRONG_STATE"


async def test_a_survey_of_liaison_points_asks_them(world: World) -> None:
    await world.import_lines(line(1), line(2))
    await census.import_census(world, row(2), row(3))
    kind, audience = SURVEY_KIND_OTHER, SURVEY_AUDIENCE_LIAISON_POINTS
    survey = await census.create(world, kind=kind, audience=audience)
    assert set(await census.links(world, survey)) == {uscc(1), uscc(2)}
