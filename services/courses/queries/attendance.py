"""What checking in depends on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.courses.errors import CheckInCodeWrong, EnterpriseNotDesignated
from services.courses.models import Booking, CheckIn, Lecture, LiaisonPoint
from services.courses.rules.attendance import code_hash, is_digits, token_hash
from services.courses.rules.attendance_sheet import EXPECTED
from services.courses.rules.lectures import LIVE


async def check_code(session: AsyncSession, lecture: Lecture, code: str, now: datetime) -> None:
    """Raise CheckInCodeWrong unless these are the digits or the scene of the lecture's check-in, and it has not ended."""
    found = await session.get(CheckIn, lecture.id)
    if found is None or found.expires_at <= now:
        raise CheckInCodeWrong
    kept, given = (found.code_hash, code_hash(lecture.id, code)) if is_digits(code) else (found.scene_hash, token_hash(code))
    if given != kept:
        raise CheckInCodeWrong


async def lecture_of_scene(session: AsyncSession, scene: str, now: datetime) -> UUID:
    """The lecture whose check-in was scanned. Six digits lead nowhere here: who asks is not signed in, and might guess."""
    query = select(CheckIn.lecture_id).where(CheckIn.scene_hash == token_hash(scene), CheckIn.expires_at > now)
    found = await session.scalar(query)
    if found is None:
        raise CheckInCodeWrong
    return found


async def point_named(session: AsyncSession, year: int, name: str) -> LiaisonPoint:
    """The liaison point of a year with exactly this name: an agency has no list of them to choose from."""
    query = select(LiaisonPoint).where(LiaisonPoint.year == year, LiaisonPoint.active, LiaisonPoint.enterprise_name == name)
    found = (await session.scalars(query.limit(2))).all()
    if len(found) != 1:
        raise EnterpriseNotDesignated(year=str(year))
    return found[0]


async def seated_for_file(session: AsyncSession, lecture_id: UUID, most: int) -> Sequence[Booking]:
    """So many at most who had seats in it."""
    there = (Booking.lecture_id == lecture_id, Booking.state.in_(EXPECTED))
    return (await session.scalars(select(Booking).where(*there).order_by(Booking.id).limit(most))).all()


async def has_booking(session: AsyncSession, lecture_id: UUID, enterprise_id: UUID) -> bool:
    """Whether the enterprise has a booking of the lecture that counts."""
    live = (Booking.lecture_id == lecture_id, Booking.enterprise_id == enterprise_id, Booking.state.in_(LIVE))
    return bool(await session.scalar(select(func.count()).where(*live)))
