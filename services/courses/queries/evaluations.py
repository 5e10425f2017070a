"""Ratings as they are read, and the links of employees."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.courses.errors import EvaluationNotFound, RatingLinkNotFound
from services.courses.models import EmployeeEvaluation, Evaluation, Lecture, RatingLink
from services.courses.queries.bookings import booking_view
from services.courses.queries.lectures import LectureView, check_overseen, named_lectures, view_of
from services.courses.rules.attendance import token_hash
from services.courses.rules.evaluations import MOST_COMMENTS, may_tell

# The comments' order is by a hash: it follows neither time nor enterprise.
RESULTS = text("""
WITH said AS (
  SELECT e.content, e.usefulness, e.delivery, e.comment, md5(e.booking_id::text) AS place
  FROM evaluation e JOIN booking b ON b.id = e.booking_id WHERE b.lecture_id = :lecture_id
  UNION ALL
  SELECT e.content, e.usefulness, e.delivery, e.comment, md5(e.link_id::text)
  FROM employee_evaluation e JOIN rating_link l ON l.id = e.link_id WHERE l.lecture_id = :lecture_id)
SELECT count(*), round(avg(content), 1), round(avg(usefulness), 1), round(avg(delivery), 1),
       array_agg(comment ORDER BY place) FILTER (WHERE comment <> '')
FROM said
""")


@dataclass(frozen=True, slots=True)
class Results:
    """What may be told of the ratings of a lecture: below three nothing but how many they are."""

    count: int
    averages: tuple[float, float, float] | None = None
    comments: Sequence[str] = ()


async def results(session: AsyncSession, actor: Actor, lecture_id: UUID) -> Results:
    """What all say of a lecture. Raises LectureNotFound, and PermissionDenied for who sees the lecture alone."""
    await check_overseen(session, actor, lecture_id)
    count, *averages, comments = (await session.execute(RESULTS, {"lecture_id": lecture_id})).one()
    if not may_tell(count):
        return Results(count)
    content, usefulness, delivery = map(float, averages)
    return Results(count, (content, usefulness, delivery), (comments or [])[:MOST_COMMENTS])


async def count_of(session: AsyncSession, lecture_id: UUID) -> int:
    """How many have rated a lecture."""
    return await session.scalar(RESULTS, {"lecture_id": lecture_id}) or 0


async def own_evaluation(session: AsyncSession, actor: Actor, booking_id: UUID) -> Evaluation:
    """What the caller's enterprise said. Raises BookingNotFound, EvaluationNotFound."""
    view = await booking_view(session, actor, booking_id)
    found = await session.get(Evaluation, view.booking.id)
    if found is None:
        raise EvaluationNotFound
    return found


async def link_of(session: AsyncSession, token: str) -> RatingLink:
    """The link with this token, which is the whole of its holder's rights. Raises RatingLinkNotFound."""
    found = await session.scalar(select(RatingLink).where(RatingLink.token_hash == token_hash(token)))
    if found is None:
        raise RatingLinkNotFound
    return found


async def links_made(session: AsyncSession, lecture_id: UUID) -> int:
    return await session.scalar(select(func.count()).where(RatingLink.lecture_id == lecture_id)) or 0


async def was_used(session: AsyncSession, link: RatingLink) -> bool:
    return await session.get(EmployeeEvaluation, link.id) is not None


async def rated_lecture(session: AsyncSession, lecture_id: UUID) -> LectureView:
    """A lecture for the holder of one of its links."""
    return view_of((await session.execute(named_lectures().where(Lecture.id == lecture_id))).one())
