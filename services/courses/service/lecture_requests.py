"""Asking an agency to come (LEC-4), and what both sides, and others of the zone, do with such a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from kit.db import constraint_of
from kit.errors import FieldsInvalid, FieldViolation
from services.courses import errors
from services.courses.models import LectureRequest, LiaisonPoint, RequestParty, RequestSlot
from services.courses.queries import lecture_requests as queries
from services.courses.rules.lecture_requests import Action, RequestState, RequestTerms, Side, Slot, slots_fault
from services.courses.rules.years import year_of
from services.courses.service import request_lectures, request_moves
from services.courses.service.errands import Errand, check_version
from services.courses.service.request_lectures import Offer

ONE_OPEN = "uq_lecture_request_open"


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What an enterprise asks for: courseware, or a topic at an agency."""

    courseware_id: UUID | None
    unit_code: str
    topic: str
    slots: Sequence[Slot]
    place: str
    heads: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Which request, in the version that the caller saw."""

    lecture_request_id: UUID
    version: int


async def create(errand: Errand, terms: RequestTerms, draft: RequestDraft) -> UUID:
    """Ask an agency to come. Returns the request's id; a retry that of the first time."""
    year = year_of(draft.slots[0].starts_at)
    point = await queries.own_point(errand.session, errand.actor, year)
    if subject := await errand.subject():
        return UUID(subject.rpartition("/")[2])
    if point is None:
        raise errors.EnterpriseNotDesignated(year=str(year))
    _check_slots(errand, draft.slots, year)
    unit_code, title = await _about(errand, draft)
    request = await _new(errand, terms, draft, point, unit_code, title)
    errand.session.add(request)
    try:
        await errand.session.flush()
    except IntegrityError as error:
        if constraint_of(error) == ONE_OPEN:
            raise errors.LectureRequestExists from error
        raise
    _propose(errand, request, draft.slots)
    errand.session.add(_party(errand, request, point, draft.heads, asked=True))
    told = await queries.people_of(errand.session, request, [Side.AGENCY])
    await request_moves.touch(errand.session, request, errand.now, {Side.AGENCY: told})
    await errand.record("LECTURE_REQUESTED", _subject(request))
    return request.id


async def accept(errand: Errand, seen: Seen, terms: RequestTerms, slot: int, offer: Offer | None) -> None:
    """Agree on a slot: the lecture is made, and everybody who comes is booked in it."""
    request = await _answer(errand, seen, Action.ACCEPT)
    if request is None:
        return
    agreed = {one.position: one for one in (await queries.slots_of(errand.session, [request.id]))[request.id]}.get(slot)
    if agreed is None:
        raise errors.RequestSlotNotFound
    if agreed.starts_at <= errand.now:
        raise errors.SlotPast
    given = _given(request, offer) or _on_table(request)
    lecture_id = await request_lectures.hold(errand, request, agreed, given, terms.lecture)
    await request_moves.move(
        errand.session, request, Action.ACCEPT, errand.now, lecture_id=lecture_id, by=errand.actor.person_id
    )
    await errand.record("LECTURE_REQUEST_ACCEPTED", _subject(request))


async def counter(errand: Errand, seen: Seen, terms: RequestTerms, slots: Sequence[Slot], offer: Offer | None) -> None:
    """Answer with other slots; an agency says with them what it offers."""
    request = await _answer(errand, seen, Action.COUNTER)
    if request is None:
        return
    _check_slots(errand, slots, request.year)
    if given := _given(request, offer):
        heads = await queries.heads_of(errand.session, request.id)
        await request_lectures.put_on_table(errand.session, request, given, heads)
    await request_moves.move(errand.session, request, Action.COUNTER, errand.now, terms)
    _propose(errand, request, slots)
    await errand.record("LECTURE_REQUEST_COUNTERED", _subject(request))


async def decline(errand: Errand, seen: Seen, reason: str) -> None:
    """Say no to the other side."""
    request = await _answer(errand, seen, Action.DECLINE)
    if request is None:
        return
    await request_moves.move(errand.session, request, Action.DECLINE, errand.now, reason=reason, by=errand.actor.person_id)
    await errand.record("LECTURE_REQUEST_DECLINED", _subject(request), reason)


async def withdraw(errand: Errand, seen: Seen, reason: str) -> None:
    """The enterprise that asked takes it back, whoever's move it is."""
    request = await _answer(errand, seen, Action.WITHDRAW)
    if request is None:
        return
    await request_moves.move(errand.session, request, Action.WITHDRAW, errand.now, reason=reason, by=errand.actor.person_id)
    await errand.record("LECTURE_REQUEST_WITHDRAWN", _subject(request), reason)


async def join(errand: Errand, terms: RequestTerms, request_id: UUID, heads: int) -> None:
    """Let the caller's enterprise come too. Under the request's lock, so that accepting either books it or comes first."""
    request = await queries.request_to_join(errand.session, errand.actor, request_id)
    if await errand.is_repeat():
        return
    _check_open(request)
    point = await queries.own_point(errand.session, errand.actor, request.year)
    if point is None:
        raise errors.EnterpriseNotDesignated(year=str(request.year))
    if heads > terms.lecture.most_heads:
        raise errors.TooManyHeads(most=str(terms.lecture.most_heads))
    if await queries.present_party(errand.session, request.id, point.enterprise_id):
        raise errors.AlreadyJoined
    taken = await queries.heads_of(errand.session, request.id)
    if request.capacity and taken + heads > request.capacity:
        raise errors.LectureRequestFull(free=str(request.capacity - taken))
    errand.session.add(_party(errand, request, point, heads, asked=False))
    await request_moves.touch(errand.session, request, errand.now)
    await errand.record("LECTURE_REQUEST_JOINED", _subject(request))


async def leave(errand: Errand, request_id: UUID) -> None:
    """Let the caller's enterprise stay away again, while nothing is agreed on."""
    request = await queries.request_to_join(errand.session, errand.actor, request_id)
    if await errand.is_repeat():
        return
    _check_open(request)
    party = await queries.present_party(errand.session, request.id, errand.actor.organisation_id)
    if party is None or party.asked:
        raise errors.NotJoined
    party.left_at = errand.now
    await request_moves.touch(errand.session, request, errand.now)
    await errand.record("LECTURE_REQUEST_LEFT", _subject(request))


async def _answer(errand: Errand, seen: Seen, action: Action) -> LectureRequest | None:
    """The locked request, if the caller may do this with it now; None for a request that was served before."""
    request, side = await queries.request_to_answer(errand.session, errand.actor, seen.lecture_request_id)
    if await errand.is_repeat():
        return None
    check_version(request.version, seen.version)
    request_moves.check(request, action, side)
    return request


def _given(request: LectureRequest, offer: Offer | None) -> Offer | None:
    """What the agency gives with its answer, and nobody else does."""
    if offer is None and request.turn == Side.AGENCY:
        raise FieldsInvalid([FieldViolation("offer", "required", "An agency says what it offers.")])
    if offer and request.turn != Side.AGENCY:
        raise FieldsInvalid([FieldViolation("offer", "offer.of_agency", "The agency has said what it offers.")])
    return offer


def _on_table(request: LectureRequest) -> Offer:
    """What the agency offered with its slots."""
    assert request.lecturer_id  # noqa: S101 - the enterprise has a turn only once it did
    assert request.capacity  # noqa: S101
    return Offer(request.lecturer_id, request.offered_courseware_id, request.capacity)


def _check_open(request: LectureRequest) -> None:
    if request.turn is None:
        raise errors.LectureRequestWrongState(state=request.state)


def _check_slots(errand: Errand, slots: Sequence[Slot], year: int) -> None:
    if field := slots_fault(slots, errand.now, year):
        raise errors.SlotsInvalid(field=field)


async def _about(errand: Errand, draft: RequestDraft) -> tuple[str, str]:
    """The agency that is asked, and for what."""
    if draft.courseware_id:
        courseware = await queries.asked_courseware(errand.session, draft.courseware_id)
        return courseware.unit_code, courseware.title
    return (await queries.active_agency(errand.session, draft.unit_code)).code, draft.topic


async def _new(
    errand: Errand, terms: RequestTerms, draft: RequestDraft, point: LiaisonPoint, unit_code: str, title: str
) -> LectureRequest:
    due = terms.due(errand.now)
    request = LectureRequest(
        id=uuid7(),
        year=point.year,
        unit_code=unit_code,
        courseware_id=draft.courseware_id,
        title=title,
        place=draft.place,
        zone_code=await queries.zone_of(errand.session, point.area_code),
        enterprise_id=point.enterprise_id,
        enterprise_name=point.enterprise_name,
        designation_id=point.designation_id,
        area_code=point.area_code,
        state=RequestState.REQUESTED,
        round=1,
        turn=Side.AGENCY,
        first_due_at=due.at,
        created_by=errand.actor.person_id,
        created_at=errand.now,
        changed_at=errand.now,
        version=0,
    )
    request_moves.begin_turn(request, errand.now, due)
    return request


def _party(errand: Errand, request: LectureRequest, point: LiaisonPoint, heads: int, asked: bool) -> RequestParty:
    return RequestParty(
        id=uuid7(),
        request_id=request.id,
        asked=asked,
        enterprise_id=point.enterprise_id,
        enterprise_name=point.enterprise_name,
        designation_id=point.designation_id,
        area_code=point.area_code,
        level=point.level,
        heads=heads,
        joined_by=errand.actor.person_id,
        joined_at=errand.now,
    )


def _propose(errand: Errand, request: LectureRequest, slots: Sequence[Slot]) -> None:
    """Put slots on the table, in place of those of the round before."""
    errand.session.add_all(
        RequestSlot(
            request_id=request.id, round=request.round, position=position, starts_at=slot.starts_at, ends_at=slot.ends_at
        )
        for position, slot in enumerate(slots, 1)
    )


def _subject(request: LectureRequest) -> str:
    return f"lecture_request/{request.id}"
