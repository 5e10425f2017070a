"""What those who came think of a lecture (LEC-6): each enterprise once, and each holder of a link once."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.courses import errors
from services.courses.models import EmployeeEvaluation, Evaluation, Lecture, RatingLink
from services.courses.queries import evaluations as queries
from services.courses.queries.attendance import lecture_of_scene
from services.courses.queries.bookings import lock_lecture, own_to_change
from services.courses.rules.attendance import new_token, token_hash
from services.courses.rules.lectures import BookingState, LectureState
from services.courses.service import events
from services.courses.service.errands import Errand


@dataclass(frozen=True, slots=True)
class Said:
    """Scores of 1 to 5, and a comment."""

    content: int
    usefulness: int
    delivery: int
    comment: str


async def give(errand: Errand, booking_id: UUID, said: Said) -> None:
    """The enterprise rates the lecture that it came to."""
    view = await own_to_change(errand.session, errand.actor, booking_id)
    if await errand.is_repeat():
        return
    if view.booking.state != BookingState.ATTENDED:
        raise errors.BookingNotAttended
    _check_held(view.lecture, errand.now)
    if await errand.session.get(Evaluation, booking_id):
        raise errors.EvaluationGiven
    by = {"given_by": errand.actor.person_id, "given_at": errand.now}
    errand.session.add(Evaluation(booking_id=booking_id, **by, **asdict(said)))
    await errand.record("EVALUATION_GIVEN", f"booking/{booking_id}")
    await _announce(errand.session, view.lecture)


async def make_link(session: AsyncSession, scene: str, now: datetime) -> tuple[str, UUID]:
    """A link for whoever scanned the check-in: its token, and the lecture's id. Nothing is asked or kept of them."""
    lecture = await lock_lecture(session, await lecture_of_scene(session, scene, now))
    number = await queries.links_made(session, lecture.id) + 1
    if number > lecture.taken:
        raise errors.RatingLinksTaken
    token = new_token()
    # An id of chance: those of bookings rise with time, and would tell who scanned first.
    session.add(RatingLink(id=uuid4(), lecture_id=lecture.id, number=number, token_hash=token_hash(token)))
    await session.flush()
    return token, lecture.id


async def give_by_link(session: AsyncSession, token: str, said: Said, now: datetime) -> None:
    """Somebody who was there rates it. Two at once with one link take turns at the lecture's lock."""
    link = await queries.link_of(session, token)
    lecture = await lock_lecture(session, link.lecture_id)
    _check_held(lecture, now)
    given = await session.get(EmployeeEvaluation, link.id)
    if given is not None and asdict(said) == {name: getattr(given, name) for name in asdict(said)}:
        return  # the same, sent again because its answer got lost
    if given is not None:
        raise errors.EvaluationGiven
    session.add(EmployeeEvaluation(link_id=link.id, **asdict(said)))
    await session.flush()
    await _announce(session, lecture)


def _check_held(lecture: Lecture, now: datetime) -> None:
    """Nobody rates what was not held, or what has not begun."""
    if lecture.state not in (LectureState.OPEN, LectureState.DELIVERED):
        raise errors.LectureWrongState(state=lecture.state)
    if now < lecture.starts_at:
        raise errors.LectureNotStarted


async def _announce(session: AsyncSession, lecture: Lecture) -> None:
    events.evaluation_given(session, lecture, await queries.count_of(session, lecture.id))
