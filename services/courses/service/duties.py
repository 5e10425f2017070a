"""What somebody in the corps is still to do: it stands against their leaving, or goes over to who follows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.courses.queries import corps as queries
from services.courses.queries.bookings import lock_lecture
from services.courses.queries.consultations import lock_consultation
from services.courses.queries.lecture_requests import lock_request
from services.courses.rules.corps import Corps
from services.courses.service import consultations, lectures, request_moves
from services.courses.service.errands import Errand


@dataclass(frozen=True, slots=True)
class Duties:
    """Lectures that a lecturer is to give and open requests that were offered them, or sessions in which a consultant is to
    sit.
    """

    lecture_ids: Sequence[UUID] = ()
    request_ids: Sequence[UUID] = ()
    consultation_ids: Sequence[UUID] = ()

    def __len__(self) -> int:
        return len(self.lecture_ids) + len(self.request_ids) + len(self.consultation_ids)


async def duties_of(errand: Errand, corps: Corps, member_id: UUID) -> Duties:
    session, now = errand.session, errand.now
    if corps is Corps.LECTURE:
        offered = await queries.requests_offered(session, member_id)
        return Duties(lecture_ids=await queries.lectures_ahead(session, member_id, now), request_ids=offered)
    return Duties(consultation_ids=await queries.consultations_ahead(session, member_id, now))


async def lock(errand: Errand, duties: Duties) -> None:
    """Before the member: whoever changes one of them locks it before looking at whose it is."""
    for lecture_id in duties.lecture_ids:
        await lock_lecture(errand.session, lecture_id)
    for request_id in duties.request_ids:
        await lock_request(errand.session, request_id)
    for consultation_id in duties.consultation_ids:
        await lock_consultation(errand.session, consultation_id)


async def hand_over(errand: Errand, duties: Duties, member_id: UUID, successor_id: UUID) -> None:
    for lecture_id in duties.lecture_ids:
        await lectures.hand_over(errand, lecture_id, successor_id)
    for request_id in duties.request_ids:
        await request_moves.hand_over(errand.session, request_id, successor_id, errand.now)
    for consultation_id in duties.consultation_ids:
        await consultations.hand_over(errand, consultation_id, member_id, successor_id)
