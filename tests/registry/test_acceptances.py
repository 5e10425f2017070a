"""Many nominations accepted at once: all or none, in their order, each as if it were accepted alone."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Any
from uuid import uuid4

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import nomination_service_pb2 as pb

from services.registry.service import audit
from tests import signing
from tests.registry.conftest import World, race, refusal
from tests.registry.files import FENGJING, ZHUJING
from tests.registry.programme import LEVEL_DISTRICT, LEVEL_TOWN, Year, accepted_list, key, officer
from tests.registry.test_nominations import begun, under_review

SUBMITTED, ACCEPTED = pb.NOMINATION_STATE_SUBMITTED, pb.NOMINATION_STATE_ACCEPTED
AUDITED = "SELECT subject FROM audit WHERE action = 'NOMINATION_ACCEPTED' ORDER BY position"


def asking(*nominations: Any, request_id: str = "") -> pb.AcceptNominationsRequest:
    seen = [pb.SeenNomination(id=one.id, version=one.version) for one in nominations]
    return pb.AcceptNominationsRequest(nominations=seen, request_id=request_id or key())


async def states(year: Year) -> set[int]:
    found = await year.nominations.ListNominations(pb.ListNominationsRequest(year=year.year, page_size=100))
    return {one.state for one in found.nominations}


async def faults(year: Year, request: pb.AcceptNominationsRequest) -> list[tuple[str, str]]:
    """What stands against which; as nothing may have happened, the list is looked at, too."""
    refused = await refusal(year.nominations.AcceptNominations(request))
    assert (refused.code.name, refused.reason) == ("FAILED_PRECONDITION", "NOMINATIONS_REFUSED")
    assert await year.world.rows(AUDITED) == []
    return [(one.field, one.rule) for one in refused.violations]


async def test_several_are_accepted_in_their_order(world: World) -> None:
    year = await under_review(world)
    handed = [await year.handed_in(number) for number in (1, 2)]
    handed += [await year.handed_in(3, FENGJING), await year.handed_in(4, level=LEVEL_TOWN)]
    request = asking(handed[1], handed[3], handed[2], handed[0])
    accepted = (await year.nominations.AcceptNominations(request)).nominations
    assert [(one.id, one.state, one.version, one.seat_no) for one in accepted] == [
        (handed[1].id, ACCEPTED, 3, 1),
        (handed[3].id, ACCEPTED, 3, 0),
        (handed[2].id, ACCEPTED, 3, 1),
        (handed[0].id, ACCEPTED, 3, 2),
    ]
    assert [row[0] for row in await world.rows(AUDITED)] == [f"nomination/{one.id}" for one in request.nominations]
    async with world.database.begin() as session:
        assert (await audit.first_broken(session))[1] is None


async def test_one_of_many_that_cannot_be_keeps_all_from_it(world: World) -> None:
    """Everything is told at once, each by its place and with the reason for which it would be refused alone."""
    year = await under_review(world)
    handed = [await year.handed_in(number) for number in range(1, 6)]
    assert await faults(year, asking(*handed[:4])) == [("nominations[3].id", "SEATS_TAKEN")]
    draft, unknown = await year.nominate(7), pb.Nomination(id=str(uuid4()), version=1)
    stale = await year.handed_in(6, FENGJING)
    stale.version -= 1
    many = asking(handed[0], draft, handed[1], stale, unknown, handed[2], handed[3], handed[4])
    assert await faults(year, many) == [
        ("nominations[1].id", "NOMINATION_WRONG_STATE"),
        ("nominations[3].version", "STALE_VERSION"),
        ("nominations[4].id", "NOMINATION_NOT_FOUND"),
        ("nominations[6].id", "SEATS_TAKEN"),
        ("nominations[7].id", "SEATS_TAKEN"),
    ]
    assert await states(year) == {pb.NOMINATION_STATE_DRAFT, SUBMITTED}
    assert await world.rows("SELECT id FROM nomination WHERE seat_no IS NOT NULL") == []


async def test_years_under_review_are_accepted_together_and_no_others(world: World) -> None:
    first, second = await under_review(world), Year(world, 2031)
    await second.begin()
    await second.advance("SURVEYING", "RECOMMENDING")
    handed = [await first.handed_in(1), await second.handed_in(1)]
    assert await faults(first, asking(*handed)) == [("nominations[1].id", "COHORT_WRONG_STATE")]
    await second.advance("REVIEWING")
    accepted = (await first.nominations.AcceptNominations(asking(*handed))).nominations
    assert [(one.year, one.state, one.seat_no) for one in accepted] == [(2030, ACCEPTED, 1), (2031, ACCEPTED, 1)]


async def test_a_retry_takes_effect_once(world: World) -> None:
    year = await under_review(world)
    handed = [await year.handed_in(number) for number in (1, 2, 3)]
    request = asking(*handed[:2], request_id="once")
    answers = await asyncio.gather(*[year.nominations.AcceptNominations(request) for _ in range(4)])
    assert all(answer == answers[0] for answer in answers)
    assert [one.seat_no for one in answers[0].nominations] == [1, 2]
    assert len(await world.rows(AUDITED)) == 2
    reused = await refusal(year.nominations.AcceptNominations(asking(handed[2], request_id="once")))
    assert reused.reason == "IDEMPOTENCY_KEY_REUSED"
    rejected = await year.reject(answers[0].nominations[0])
    again = (await year.nominations.AcceptNominations(request)).nominations
    assert list(again) == [rejected, answers[0].nominations[1]]  # as they are now


async def test_after_a_refusal_the_key_may_be_used_again(world: World) -> None:
    year = await begun(world, "SURVEYING", "RECOMMENDING")
    request = asking(await year.handed_in(1), request_id="later")
    assert await faults(year, request) == [("nominations[0].id", "COHORT_WRONG_STATE")]
    await year.advance("REVIEWING")
    assert (await year.nominations.AcceptNominations(request)).nominations[0].state == ACCEPTED


async def test_who_accepts_and_what_is_no_request(world: World) -> None:
    year = await under_review(world)
    one = await year.handed_in(1)
    for actor in (officer(ZHUJING), signing.person(Role.ROLE_CENTRE_LEAD, unit="centre")):
        refused = await refusal(world.nominations(actor).AcceptNominations(asking(one)))
        assert refused.reason == "PERMISSION_DENIED"
    wrong = {
        "repeated.min_items": asking(),
        "repeated.max_items": asking(*[pb.Nomination(id=str(uuid4()), version=1) for _ in range(201)]),
        "nominations.unique": asking(one, one),
        "int64.gte": asking(pb.Nomination(id=one.id)),
    }
    for rule, request in wrong.items():
        refused = await refusal(year.nominations.AcceptNominations(request))
        assert (refused.reason, [found.rule for found in refused.violations]) == ("FIELDS_INVALID", [rule])


async def test_two_at_once_give_each_seat_once(world: World) -> None:
    """In opposite orders of the areas, beside a single acceptance: who comes late is told so, and nobody waits forever."""
    year = await under_review(world)
    here = [await year.handed_in(number, ZHUJING) for number in range(1, 5)]
    there = [await year.handed_in(number, FENGJING) for number in range(5, 9)]
    batches = [asking(*here[:2], *there[:2]), asking(*there[2:], *here[2:])]
    passed, refused = await race(*map(year.nominations.AcceptNominations, batches), year.accept(here[0]))
    assert set(refused) <= {"NOMINATIONS_REFUSED", "STALE_VERSION", "SEATS_TAKEN"}
    seats = await world.rows("SELECT area_code, seat_no FROM nomination WHERE state = 'ACCEPTED'")
    assert len(seats) == len(set(map(tuple, seats))) >= 4
    assert any(isinstance(answer, pb.AcceptNominationsResponse) for answer in passed)


async def handed_in_list(year: Year) -> list[Any]:
    """A whole list, handed in and undecided."""
    await accepted_list(year)
    await year.world.change("UPDATE nomination SET state = 'SUBMITTED', seat_no = NULL")
    found, token = [], ""
    while True:
        request = pb.ListNominationsRequest(year=year.year, page_size=100, page_token=token)
        answer = await year.nominations.ListNominations(request)
        found += answer.nominations
        if not (token := answer.next_page_token):
            return found


async def test_a_whole_list_is_accepted_at_once(world: World, record_property: Callable[[str, str], None]) -> None:
    year = await under_review(world)
    handed = await handed_in_list(year)
    begin = monotonic()
    accepted = (await year.nominations.AcceptNominations(asking(*handed))).nominations
    seconds = monotonic() - begin
    seats = [one.seat_no for one in accepted if one.level == LEVEL_DISTRICT]
    assert (len(accepted), sorted(seats)) == (171, [1] * 11 + [2] * 11 + [3] * 11)
    assert seconds < 5
    record_property("summary", f"accepting: 171 nominations at once in {seconds:.2f} s")


async def test_two_hundred_reasons_find_their_way(world: World) -> None:
    """However much stands against it, all of it is told: it is more than gRPC lets pass of its own accord."""
    year = await under_review(world)
    unknown = [pb.Nomination(id=str(uuid4()), version=1) for _ in range(200)]
    told = await faults(year, asking(*unknown))
    assert told == [(f"nominations[{place}].id", "NOMINATION_NOT_FOUND") for place in range(200)]
