"""Requests for lectures as they are read, and what making or answering one depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import PermissionDenied
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.courses.errors import AgencyNotFound, CoursewareNotFound, LectureRequestNotFound, ZoneNotFound
from services.courses.models import (
    Courseware,
    Lecturer,
    LectureRequest,
    LiaisonPoint,
    RequestParty,
    RequestSlot,
    Unit,
    Zone,
    ZoneArea,
)
from services.courses.queries.access import (
    asked_of,
    joinable_by,
    own_request,
    present_points,
    request_overseen_by,
    request_told_to,
    request_visible_to,
)
from services.courses.rules.courseware import TEACHABLE
from services.courses.rules.lecture_requests import Side

CENTRE_UNIT = "centre"
Views = Select[*tuple[Any, ...]]
NOT_LEFT = RequestParty.left_at.is_(None)
HEADS = func.sum(RequestParty.heads)


@dataclass(frozen=True, slots=True)
class RequestFilter:
    year: int
    unit_code: str
    state: str
    joinable: bool


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with what is shown with it: unless `told`, no more than who may join needs. Overseers see `parties`."""

    request: LectureRequest
    unit_name: str
    zone_name: str
    lecturer_name: str
    told: bool
    party_count: int
    head_count: int
    own_heads: int
    slots: Sequence[RequestSlot]
    parties: Sequence[RequestParty] = ()


def _views(actor: Actor) -> Views:
    of_request = (RequestParty.request_id == LectureRequest.id, NOT_LEFT)
    own = HEADS.filter(RequestParty.enterprise_id == actor.organisation_id)
    counted = select(func.count().label("parties"), _whole(HEADS).label("heads"), _whole(own).label("own"))
    sums = counted.where(*of_request).lateral("sums")
    names = (Unit.name, Zone.name, Lecturer.name)
    reach = (request_told_to(actor).label("told"), request_overseen_by(actor).label("overseen"))
    query: Views = select(LectureRequest, *names, *reach, sums.c.parties, sums.c.heads, sums.c.own)
    query = query.join(Unit, Unit.code == LectureRequest.unit_code).join(Zone, Zone.code == LectureRequest.zone_code)
    query = query.outerjoin(Lecturer, Lecturer.id == LectureRequest.lecturer_id).join(sums, true())
    return query.where(request_visible_to(actor))


def _whole(heads: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum as a whole number; none is 0."""
    return cast(func.coalesce(heads, 0), BigInteger)


def _view(row: Any, slots: Sequence[RequestSlot], parties: Sequence[RequestParty] = ()) -> RequestView:
    request, unit, zone, lecturer, told, _, count, heads, own = row
    return RequestView(request, unit, zone, lecturer or "", told, count, heads, own, slots, parties)


async def request_view(session: AsyncSession, actor: Actor, request_id: UUID) -> RequestView:
    """One request. Raises LectureRequestNotFound also for one that the caller may not see."""
    query = _views(actor).where(LectureRequest.id == request_id)
    row = (await session.execute(query.execution_options(populate_existing=True))).first()
    if row is None:
        raise LectureRequestNotFound
    slots = await slots_of(session, [request_id])
    parties = await parties_of(session, request_id) if row.overseen else []
    return _view(row, slots.get(request_id, ()), parties)


async def requests_page(
    session: AsyncSession, actor: Actor, wanted: RequestFilter, page_size: int, page_token: str
) -> tuple[Sequence[RequestView], str]:
    """One page, newest first, and the token of the next."""
    filtered_by, size = fingerprint(list="lecture_requests", **asdict(wanted)), normal_page_size(page_size)
    query = _narrowed(_views(actor), actor, wanted)
    if page_token:
        query = query.where(LectureRequest.id < decode_token(page_token, filtered_by, kinds=(UUID,))[0])
    rows = (await session.execute(query.order_by(LectureRequest.id.desc()).limit(size + 1))).all()
    slots = await slots_of(session, [row[0].id for row in rows])
    views = [_view(row, slots.get(row[0].id, ())) for row in rows]
    if len(views) <= size:
        return views, ""
    return views[:size], encode_token(filtered_by, (views[size - 1].request.id,))


async def requests_for_file(session: AsyncSession, actor: Actor, wanted: RequestFilter, most: int) -> Sequence[RequestView]:
    """So many requests at most that are wanted and that the caller may see, in the order in which they were made."""
    query = _narrowed(_views(actor), actor, wanted).order_by(LectureRequest.id).limit(most)
    rows = (await session.execute(query)).all()
    slots = await slots_of(session, [row[0].id for row in rows])
    return [_view(row, slots.get(row[0].id, ())) for row in rows]


def _narrowed(query: Views, actor: Actor, wanted: RequestFilter) -> Views:
    if wanted.year:
        query = query.where(LectureRequest.year == wanted.year)
    if wanted.unit_code:
        query = query.where(LectureRequest.unit_code == wanted.unit_code)
    if wanted.state:
        query = query.where(LectureRequest.state == wanted.state)
    return query.where(joinable_by(actor)) if wanted.joinable else query


async def slots_of(session: AsyncSession, request_ids: Sequence[UUID]) -> Mapping[UUID, Sequence[RequestSlot]]:
    """The slots on the table of each request, in their order."""
    last = and_(LectureRequest.id == RequestSlot.request_id, LectureRequest.round == RequestSlot.round)
    query = select(RequestSlot).join(LectureRequest, last).where(RequestSlot.request_id.in_(request_ids))
    found: dict[UUID, list[RequestSlot]] = {}
    for slot in await session.scalars(query.order_by(RequestSlot.request_id, RequestSlot.position)):
        found.setdefault(slot.request_id, []).append(slot)
    return found


async def parties_of(session: AsyncSession, request_id: UUID) -> Sequence[RequestParty]:
    """Who comes, the one that asked first, then in the order in which they joined."""
    query = select(RequestParty).where(RequestParty.request_id == request_id, NOT_LEFT).order_by(RequestParty.id)
    return (await session.scalars(query)).all()


async def heads_of(session: AsyncSession, request_id: UUID) -> int:
    """How many come."""
    query = select(_whole(HEADS)).where(RequestParty.request_id == request_id, NOT_LEFT)
    return await session.scalar(query) or 0


async def present_party(session: AsyncSession, request_id: UUID, enterprise_id: UUID | None) -> RequestParty | None:
    """An enterprise that comes; None if it does not."""
    present = (RequestParty.request_id == request_id, RequestParty.enterprise_id == enterprise_id, NOT_LEFT)
    return (await session.scalars(select(RequestParty).where(*present))).first()


async def still_points(session: AsyncSession, designation_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the designations that still stand, locked so that they stand until the end of the transaction."""
    query = select(LiaisonPoint.designation_id).where(LiaisonPoint.designation_id.in_(designation_ids), LiaisonPoint.active)
    return set(await session.scalars(query.order_by(LiaisonPoint.designation_id).with_for_update(read=True)))


async def own_point(session: AsyncSession, actor: Actor, year: int) -> LiaisonPoint | None:
    """The liaison point of the year that the caller is the contact of, locked: its requests are made one after the other."""
    query = select(LiaisonPoint).where(*present_points(actor), LiaisonPoint.year == year).limit(1)
    return (await session.scalars(query.with_for_update(key_share=True))).first()


async def zone_of(session: AsyncSession, area_code: str) -> str:
    """The zone in which an area lies. Raises ZoneNotFound."""
    area = await session.get(ZoneArea, area_code)
    if area is None:
        raise ZoneNotFound
    return area.zone_code


async def asked_courseware(session: AsyncSession, courseware_id: UUID) -> Courseware:
    """Courseware that may be asked for. Raises CoursewareNotFound."""
    found = await session.get(Courseware, courseware_id)
    if found is None or found.state not in TEACHABLE:
        raise CoursewareNotFound
    return found


async def active_agency(session: AsyncSession, code: str) -> Unit:
    """An agency that lectures may be asked of. Raises AgencyNotFound."""
    unit = await session.get(Unit, code)
    if unit is None or unit.kind != "AGENCY" or not unit.active:
        raise AgencyNotFound
    return unit


async def request_to_answer(session: AsyncSession, actor: Actor, request_id: UUID) -> tuple[LectureRequest, Side]:
    """The locked request, and on which side of it the caller is.

    Raises LectureRequestNotFound for who does not see it, and PermissionDenied for who is on neither side.
    """
    sides = own_request(actor).label("own"), asked_of(actor).label("asked")
    seen = (LectureRequest.id == request_id, request_visible_to(actor))
    row = (await session.execute(select(*sides).where(*seen))).first()
    if row is None:
        raise LectureRequestNotFound
    if not (row.own or row.asked):
        raise PermissionDenied
    return await lock_request(session, request_id), Side.ENTERPRISE if row.own else Side.AGENCY


async def request_to_join(session: AsyncSession, actor: Actor, request_id: UUID) -> LectureRequest:
    """The locked request that the caller sees. Raises LectureRequestNotFound."""
    query = select(LectureRequest.id).where(LectureRequest.id == request_id, request_visible_to(actor))
    if await session.scalar(query) is None:
        raise LectureRequestNotFound
    return await lock_request(session, request_id)


async def lock_request(session: AsyncSession, request_id: UUID) -> LectureRequest:
    """The request as it is once nobody else changes it, joins or leaves."""
    query = select(LectureRequest).where(LectureRequest.id == request_id).with_for_update(key_share=True)
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def people_of(session: AsyncSession, request: LectureRequest, sides: Sequence[Side]) -> list[UUID]:
    """Present contacts of the sides of a request, for events."""
    people: list[UUID] = []
    if Side.AGENCY in sides:
        people += (await session.get_one(Unit, request.unit_code)).contact_ids
    if Side.ENTERPRISE in sides:
        query = select(LiaisonPoint.liaison_person_id).where(LiaisonPoint.designation_id == request.designation_id)
        people += [one for one in await session.scalars(query) if one]
    return people


async def joined_people(session: AsyncSession, request_id: UUID) -> list[UUID]:
    """Present contacts of the enterprises that joined."""
    query = select(LiaisonPoint.liaison_person_id).join(
        RequestParty, RequestParty.designation_id == LiaisonPoint.designation_id
    )
    query = query.where(RequestParty.request_id == request_id, NOT_LEFT, ~RequestParty.asked).order_by(RequestParty.id)
    return [one for one in await session.scalars(query) if one]


async def told_when_late(session: AsyncSession, request: LectureRequest) -> tuple[list[UUID], list[UUID]]:
    """Of an answer that is overdue: the agency's contacts and leaders, and the contacts of the centre."""
    agency = await session.get_one(Unit, request.unit_code)
    centre = await session.get(Unit, CENTRE_UNIT)
    return list(dict.fromkeys([*agency.contact_ids, *agency.leader_ids])), list(centre.contact_ids) if centre else []


async def due_requests(session: AsyncSession, now: datetime, most: int) -> Sequence[LectureRequest]:
    """Requests whose clock has reached a mark, locked; one that somebody is changing is left to the next look."""
    query = select(LectureRequest).where(LectureRequest.next_look <= now).order_by(LectureRequest.next_look).limit(most)
    return (await session.scalars(query.with_for_update(key_share=True, skip_locked=True))).all()
