"""Who was served in a year, and who is still owed it (PRJ-3): a year's liaison points, left-joined to what was recorded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Subquery, and_, case, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.models import Area, Designation, Enterprise, Project, ServiceRecord
from services.registry.queries.projects import BEGUN, READ_ALL
from services.registry.queries.service_records import in_state, point_visible_to
from services.registry.rules import Level
from services.registry.rules.projects import serial_of
from services.registry.rules.service_records import PRESUMED, ServiceState
from services.registry.rules.service_sheets import KnownProject


@dataclass(frozen=True, slots=True)
class CoverageFilter:
    """What a list is narrowed to; empty, None and False narrow nothing."""

    year: int
    area_code: str = ""
    level: Level | None = None
    owed: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """How many points of one area and level there are, and where they stand."""

    area_code: str
    level: str
    points: int = 0
    served: int = 0
    presumed: int = 0
    waiting: int = 0
    disputed: int = 0


def lines(actor: Actor, year: int, now: datetime) -> Subquery:
    """One line for each active liaison point of a year that the caller may see. What was withdrawn does not count."""
    confirmed, presumed = in_state(ServiceState.CONFIRMED, now), in_state(PRESUMED, now)
    counted = func.count(ServiceRecord.id)
    joined = and_(ServiceRecord.designation_id == Designation.id, ServiceRecord.state != ServiceState.WITHDRAWN)
    query = (
        select(
            Designation.id,
            Designation.enterprise_id,
            Enterprise.name,
            Enterprise.uscc,
            Designation.area_code,
            Designation.level,
            counted.filter(confirmed).label("confirmed"),
            counted.filter(presumed).label("presumed"),
            counted.filter(in_state(ServiceState.RECORDED, now)).label("waiting"),
            counted.filter(in_state(ServiceState.DISPUTED, now)).label("disputed"),
            func.max(ServiceRecord.served_on).filter(confirmed | presumed).label("last_served_on"),
        )
        .join(Enterprise, Enterprise.id == Designation.enterprise_id)
        .outerjoin(ServiceRecord, joined)
        .where(Designation.year == year, Designation.active, point_visible_to(actor))
    )
    return query.group_by(Designation.id, Enterprise.id).subquery("line")


async def coverage_page(
    session: AsyncSession, actor: Actor, wanted: CoverageFilter, now: datetime, page_size: int, page_token: str
) -> tuple[Sequence[Row[Any]], str]:
    """One page by area and name, and the token of the next."""
    size, filtered_by = normal_page_size(page_size), fingerprint(list="coverage", **asdict(wanted))
    line = lines(actor, wanted.year, now)
    query = select(line)
    if wanted.area_code:
        query = query.where(line.c.area_code == wanted.area_code)
    if wanted.level:
        query = query.where(line.c.level == wanted.level)
    if wanted.owed:
        query = query.where(line.c.confirmed + line.c.presumed == 0)
    if page_token:
        last = decode_token(page_token, filtered_by, kinds=(str, str, UUID))
        query = query.where(tuple_(line.c.area_code, line.c.name, line.c.id) > tuple_(*last))
    rows = (await session.execute(query.order_by(line.c.area_code, line.c.name, line.c.id).limit(size + 1))).all()
    if len(rows) <= size:
        return rows, ""
    end = rows[size - 1]
    return rows[:size], encode_token(filtered_by, (end.area_code, end.name, end.id))


async def all_lines(session: AsyncSession, actor: Actor, year: int, now: datetime) -> Sequence[Row[Any]]:
    line = lines(actor, year, now)
    return (await session.execute(select(line).order_by(line.c.area_code, line.c.level, line.c.name))).all()


async def shares(session: AsyncSession, actor: Actor, year: int, now: datetime) -> list[Share]:
    """Counts by area and level in one query. Areas with liaison points of right stand there with nothing at all, too."""
    line = lines(actor, year, now)
    served, presumed = line.c.confirmed + line.c.presumed > 0, and_(line.c.confirmed == 0, line.c.presumed > 0)
    waiting = and_(~served, line.c.waiting > 0)
    disputed = and_(~served, line.c.waiting == 0, line.c.disputed > 0)
    sums = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in (served, presumed, waiting, disputed)]
    query = select(line.c.area_code, line.c.level, func.count(), *sums).group_by(line.c.area_code, line.c.level)
    found = {(row[0], row[1]): Share(*row) for row in await session.execute(query)}
    areas = select(Area.code).where(Area.district_quota > 0)
    if not actor.has(*READ_ALL):
        areas = areas.where(Area.code == actor.area_code)
    wanted = {(code, level) for code in await session.scalars(areas) for level in Level} | set(found)
    return [found.get(key) or Share(*key) for key in sorted(wanted)]


async def points_by_uscc(session: AsyncSession, year: int, area_code: str) -> dict[str, UUID]:
    """Active liaison points of an area and year by 统一社会信用代码, for the rows of a file. Who writes holds them first."""
    query = select(Enterprise.uscc, Designation.id).join(Enterprise, Enterprise.id == Designation.enterprise_id)
    query = query.where(Designation.year == year, Designation.area_code == area_code, Designation.active)
    return {row[0]: row[1] for row in await session.execute(query)}


async def projects_to_serve(session: AsyncSession, year: int, unit_code: str) -> list[Project]:
    """A unit's projects of a year, locked in one order."""
    query = select(Project).where(Project.unit_code == unit_code, Project.year == year).order_by(Project.id)
    return list(await session.scalars(query.with_for_update(key_share=True)))


def known(projects: Sequence[Project]) -> list[KnownProject]:
    """By what a file may call them."""
    return [
        KnownProject(p.id, serial_of(p.year, p.number), p.title, p.state in BEGUN, p.starts_on, p.ends_on) for p in projects
    ]
