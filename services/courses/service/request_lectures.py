"""The lecture that an accepted request becomes, with everybody who comes booked in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.courses import errors
from services.courses.models import Booking, Courseware, Lecture, LectureRequest, RequestParty, RequestSlot
from services.courses.queries import bookings as booking_queries
from services.courses.queries import lecture_requests as queries
from services.courses.queries import lectures as lecture_queries
from services.courses.rules.lectures import BookingState, LectureKind, LectureState, LectureTerms
from services.courses.service import events, lectures
from services.courses.service.errands import Errand


@dataclass(frozen=True, slots=True)
class Offer:
    """What an agency gives. Without courseware that which was asked for."""

    lecturer_id: UUID
    courseware_id: UUID | None
    capacity: int


async def put_on_table(session: AsyncSession, request: LectureRequest, offer: Offer, heads: int) -> None:
    """Write what an agency offers with the request, once it is known to hold for so many who come."""
    if offer.capacity < heads:
        raise errors.CapacityTooSmall(heads=str(heads))
    courseware_id = offer.courseware_id or request.courseware_id
    if courseware_id is None:
        raise errors.CoursewareNotFound
    courseware = await lecture_queries.courseware_to_teach(session, request.unit_code, courseware_id)
    lecturer = await lecture_queries.present_lecturer(session, request.unit_code, request.year, offer.lecturer_id)
    request.lecturer_id, request.offered_courseware_id, request.capacity = lecturer.id, courseware.id, offer.capacity


async def hold(errand: Errand, request: LectureRequest, slot: RequestSlot, offer: Offer, terms: LectureTerms) -> UUID:
    """Make the lecture that was agreed on, and book all who come. Returns its id. Raises LecturerBusy."""
    session = errand.session
    coming = await _coming(session, request, errand.now)
    await put_on_table(session, request, offer, sum(party.heads for party in coming))
    courseware = await session.get_one(Courseware, request.offered_courseware_id)
    most_heads = max(terms.most_heads, *(party.heads for party in coming))
    lecture = Lecture(
        id=uuid7(),
        year=request.year,
        kind=LectureKind.ON_DEMAND,
        unit_code=request.unit_code,
        courseware_id=courseware.id,
        lecturer_id=offer.lecturer_id,
        title=courseware.title,
        place=request.place,
        zone_code=request.zone_code,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        closes_at=slot.starts_at - terms.closes_before,
        capacity=offer.capacity,
        most_heads=min(most_heads, offer.capacity),
        offer_minutes=terms.offer_minutes,
        state=LectureState.OPEN,
        opened_at=errand.now,
        created_by=errand.actor.person_id,
        created_at=errand.now,
        version=0,
    )
    session.add(lecture)
    await lectures.keep(session, lecture, errand.now)
    await _book(session, lecture, coming, errand.now)
    return lecture.id


async def _coming(session: AsyncSession, request: LectureRequest, now: datetime) -> list[RequestParty]:
    """Who is booked. One that is no liaison point any more does not come; without the one that asked nobody does."""
    parties = await queries.parties_of(session, request.id)
    points = await queries.still_points(session, [party.designation_id for party in parties])
    gone = [party for party in parties if party.designation_id not in points]
    if any(party.asked for party in gone):
        raise errors.EnterpriseNotDesignated(year=str(request.year))
    for party in gone:
        party.left_at = now
    await session.flush()
    return [party for party in parties if party not in gone]


async def _book(session: AsyncSession, lecture: Lecture, coming: Sequence[RequestParty], now: datetime) -> None:
    """Seat everybody. A booking stands for the party's own wish, so its id is what makes it recognisable."""
    bookings = [_booking(lecture, party, now) for party in coming]
    session.add_all(bookings)
    await session.flush()
    for booking, of, liaison_id in await booking_queries.told(session, [one.id for one in bookings]):
        events.booking_changed(session, booking, of, liaison_id)


def _booking(lecture: Lecture, party: RequestParty, now: datetime) -> Booking:
    return Booking(
        id=uuid7(),
        lecture_id=lecture.id,
        enterprise_id=party.enterprise_id,
        enterprise_name=party.enterprise_name,
        designation_id=party.designation_id,
        area_code=party.area_code,
        level=party.level,
        heads=party.heads,
        state=BookingState.CONFIRMED,
        queue_number=0,
        booked_by=party.joined_by,
        booked_at=now,
        changed_at=now,
        request_id=f"lecture-request/{party.id}",
        request_mark=b"",
        version=1,
    )
