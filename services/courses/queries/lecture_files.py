"""Lectures as files have them, and what an agency can plan with."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.courses.models import Booking, Courseware, Lecture, Lecturer, Zone
from services.courses.queries.access import overseen_by
from services.courses.queries.lectures import LectureFilter, LectureView, narrowed, view_of, visible_lectures
from services.courses.rules.courseware import TEACHABLE, courseware_serial
from services.courses.rules.lecture_files import Cells, Known, Spell, cells_of
from services.courses.rules.lectures import BookingState, LectureState


@dataclass(frozen=True, slots=True)
class LectureLine:
    """A lecture with the number of its courseware, and how many enterprises and people came; None if that is not told."""

    view: LectureView
    courseware_serial: str
    came: int | None
    heads: int | None


async def lectures_for_file(
    session: AsyncSession, actor: Actor, wanted: LectureFilter, now: datetime, most: int
) -> Sequence[LectureLine]:
    """So many lectures at most that are wanted and that the caller may see, soonest first."""
    columns = Courseware.year, Courseware.number, _of_overseers(actor, func.count()), _of_overseers(actor, _HEADS)
    query = narrowed(visible_lectures(actor), wanted, now).add_columns(*columns)
    query = query.join(Courseware, Courseware.id == Lecture.courseware_id)
    rows = await session.execute(query.order_by(Lecture.starts_at, Lecture.id).limit(most))
    return [LectureLine(view_of(row), courseware_serial(row[4], row[5]), row[6], row[7]) for row in rows]


_HEADS = func.coalesce(func.sum(Booking.attended_heads), 0)


def _of_overseers(actor: Actor, count: ColumnElement[Any]) -> ColumnElement[Any]:
    """A count of who came, for whose matter it is."""
    came = (Booking.lecture_id == Lecture.id, Booking.state == BookingState.ATTENDED)
    return case((overseen_by(actor), select(count).where(*came).correlate(Lecture).scalar_subquery()))


async def known_of(session: AsyncSession, unit_code: str, year: int, now: datetime) -> Known:
    """What an agency can plan lectures of a year with.

    Its lecturers are locked first: while a file is read nobody plans a lecture of theirs, nor ends their time.
    """
    mine = (Lecturer.unit_code == unit_code, Lecturer.year == year, Lecturer.ended_at.is_(None))
    lecturers = select(Lecturer).where(*mine).order_by(Lecturer.id).with_for_update(key_share=True)
    found = {one.name: one.id for one in await session.scalars(lecturers)}
    teachable = (Courseware.unit_code == unit_code, Courseware.state.in_(TEACHABLE))
    courseware = await session.execute(select(Courseware.year, Courseware.number, Courseware.id).where(*teachable))
    zones = await session.execute(select(Zone.code, Zone.name).where(Zone.active))
    names = {zone.code: zone.name for zone in zones}
    cells, spells = await _planned(session, unit_code, year)
    return Known(
        year=year,
        now=now,
        courseware={courseware_serial(row[0], row[1]): row[2] for row in courseware},
        lecturers=found,
        zones={key: code for code, name in names.items() for key in (code, name)},
        zone_names=names,
        cells=cells,
        spells=spells,
    )


async def _planned(session: AsyncSession, unit_code: str, year: int) -> tuple[set[Cells], dict[UUID, list[Spell]]]:
    """The agency's lectures of a year as rows, and when each lecturer speaks."""
    query = select(Lecture, Lecturer.name, Zone.name, Courseware.year, Courseware.number)
    query = query.join(Lecturer, Lecturer.id == Lecture.lecturer_id).join(Courseware, Courseware.id == Lecture.courseware_id)
    query = query.outerjoin(Zone, Zone.code == Lecture.zone_code)
    query = query.where(Lecture.unit_code == unit_code, Lecture.year == year).order_by(Lecture.starts_at)
    cells: set[Cells] = set()
    spells: dict[UUID, list[Spell]] = defaultdict(list)
    for one, lecturer, zone, of_year, number in await session.execute(query):
        serial = courseware_serial(of_year, number)
        cells.add(cells_of(serial, lecturer, one.place, zone or "", one.starts_at, one.ends_at, one.capacity))
        if one.state != LectureState.CANCELLED:
            spells[one.lecturer_id].append(Spell(one.starts_at, one.ends_at))
    return cells, spells
