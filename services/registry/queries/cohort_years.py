"""Cohorts by year with what their areas have and lack, and how far callers see: one predicate for what is an area's."""

from collections.abc import Sequence
from typing import Any

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Integer, Row, ScalarSelect, Select, cast, func, literal, select, text, true
from sqlalchemy.dialects.postgresql import DATERANGE
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from kit.auth import Actor
from services.registry.errors import CohortNotFound
from services.registry.models import AreaName, Cohort, CohortArea, Designation, EnterpriseYear, Nomination, Survey
from services.registry.rules import Level
from services.registry.rules.cohort_years import UNPUBLISHED, AreaCount, Gap, Origin, gaps_of
from services.registry.rules.nominations import NominationState
from services.registry.rules.surveys import SurveyKind, SurveyState

ONE_LIST_AT_A_TIME = text("LOCK TABLE cohort IN SHARE ROW EXCLUSIVE MODE")
ALL = None
Code = InstrumentedAttribute[str]


def reach_of(actor: Actor) -> str | None:
    """The area whose nominations and liaison points somebody sees; ALL for the centre and supervisors, "" for none."""
    if actor.has(Role.ROLE_CENTRE_OPERATOR, Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR):
        return ALL
    return actor.area_code if actor.has(Role.ROLE_AREA_OFFICER) else ""


def within_reach(actor: Actor, area_code: Code) -> ColumnElement[bool]:
    reach = reach_of(actor)
    return true() if reach is ALL else area_code == reach


def name_in(area_code: Code, year: InstrumentedAttribute[int]) -> ScalarSelect[str]:
    """What the area of the outer query was called in its year; the newest name where it got one within the year."""
    first, after = [func.make_date(cast(year, Integer) + later, 1, 1) for later in (0, 1)]
    named = AreaName.valid.op("&&")(func.daterange(first, after, type_=DATERANGE))
    query = select(AreaName.name).where(AreaName.area_code == area_code, named)
    return query.order_by(func.lower(AreaName.valid).desc().nulls_last()).limit(1).scalar_subquery()


async def cohort(session: AsyncSession, year: int) -> Cohort:
    found = await session.scalar(select(Cohort).where(Cohort.year == year))
    if found is None:
        raise CohortNotFound(year=str(year))
    return found


async def lock_lists(session: AsyncSession) -> None:
    """Have no other import and no other change of a cohort until this transaction ends. Readers do not wait."""
    await session.execute(ONE_LIST_AT_A_TIME)


async def cohort_to_change(session: AsyncSession, year: int) -> Cohort:
    """The locked row: whoever changes a cohort holds it. Raises CohortNotFound."""
    await lock_lists(session)
    return await _locked(session, year, read=False)


async def cohort_held(session: AsyncSession, year: int) -> Cohort:
    """The row as it stays until this transaction ends: whoever changes what belongs to it holds it so, beside others."""
    return await _locked(session, year, read=True)


async def cohort_alone(session: AsyncSession, year: int) -> Cohort:
    """The row for whoever changes much of what belongs to it: two who did so beside each other might wait in a circle."""
    return await _locked(session, year, read=False)


async def _locked(session: AsyncSession, year: int, *, read: bool) -> Cohort:
    found = await session.scalar(select(Cohort).where(Cohort.year == year).with_for_update(read=read))
    if found is None:
        raise CohortNotFound(year=str(year))
    return found


async def cohorts_page(session: AsyncSession, before: int | None, size: int) -> Sequence[Cohort]:
    """Up to `size` + 1 cohorts, the newest year first."""
    query = select(Cohort).where(Cohort.year < before) if before else select(Cohort)
    return (await session.scalars(query.order_by(Cohort.year.desc()).limit(size + 1))).all()


async def area_counts(session: AsyncSession, of: Cohort) -> list[AreaCount]:
    """Every area of a cohort: accepted nominations until it is published, then liaison points in force."""
    counts = _nominations(of.year) if of.state in UNPUBLISHED else _designations(of.year)
    counted = counts.subquery()
    query = (
        select(CohortArea, name_in(CohortArea.area_code, CohortArea.year), counted)
        .outerjoin(counted, counted.c.area_code == CohortArea.area_code)
        .where(CohortArea.year == of.year)
        .order_by(CohortArea.area_code)
    )
    return [_count(row, of.district_per_area) for row in await session.execute(query)]


def _count(row: Any, district_want: int) -> AreaCount:
    area, name, _, district, town, undecided = row
    return AreaCount(area.area_code, name, district or 0, district_want, town or 0, area.town_target, undecided or 0)


def _nominations(year: int) -> Select[str, int, int, int]:
    accepted = Nomination.state == NominationState.ACCEPTED
    return (
        select(
            Nomination.area_code,
            func.count().filter(accepted, Nomination.level == Level.DISTRICT).label("district"),
            func.count().filter(accepted, Nomination.level == Level.TOWN).label("town"),
            func.count().filter(Nomination.state == NominationState.SUBMITTED).label("undecided"),
        )
        .where(Nomination.year == year)
        .group_by(Nomination.area_code)
    )


def _designations(year: int) -> Select[str, int, int, int]:
    return (
        select(
            Designation.area_code,
            func.count().filter(Designation.level == Level.DISTRICT).label("district"),
            func.count().filter(Designation.level == Level.TOWN).label("town"),
            literal(0).label("undecided"),
        )
        .where(Designation.year == year, Designation.active)
        .group_by(Designation.area_code)
    )


async def gaps(session: AsyncSession, of: Cohort, counts: Sequence[AreaCount]) -> list[Gap]:
    """Everything that a list lacks."""
    return gaps_of(counts, of.target_total, await _survey_closed(session, of))


async def _survey_closed(session: AsyncSession, of: Cohort) -> bool | None:
    """Whether the annual survey of the year is closed; None for a list that rests on none, or not on one held here."""
    if of.origin == Origin.IMPORTED or of.survey_waiver:
        return None
    over = Survey.state.in_([SurveyState.CLOSED, SurveyState.ANALYSED, SurveyState.REPORTED])
    query = select(Survey.id).where(Survey.year == of.year, Survey.kind == SurveyKind.ANNUAL, over)
    return await session.scalar(query) is not None


async def suggestions(session: AsyncSession, year: int) -> Sequence[Row[*tuple[object, ...]]]:
    """Who was a liaison point the year before: enterprise, area of this year, level. In areas of this year's cohort only."""
    place = func.coalesce(EnterpriseYear.area_code, Designation.area_code)
    query = (
        select(Designation.enterprise_id, place, Designation.level)
        .outerjoin(
            EnterpriseYear, (EnterpriseYear.enterprise_id == Designation.enterprise_id) & (EnterpriseYear.year == year)
        )
        .join(CohortArea, (CohortArea.area_code == place) & (CohortArea.year == year))
        .where(Designation.year == year - 1, Designation.active)
        .order_by(place, Designation.id)
    )
    return (await session.execute(query)).all()


async def check_area(session: AsyncSession, year: int, area_code: str) -> bool:
    """Whether the area has liaison points in the year."""
    return await session.get(CohortArea, (year, area_code)) is not None
