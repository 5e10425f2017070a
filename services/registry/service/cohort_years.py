"""The life of a year's cohort (REG-1 to REG-4, SUR-6): begun, led from state to state, published whole, closed for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.errors import FieldViolation
from services.registry.errors import (
    AreaNotInCohort,
    CohortExists,
    CohortIncomplete,
    CohortIsRun,
    CohortWrongState,
)
from services.registry.models import Area, Cohort, CohortArea, EnterpriseYear, Nomination
from services.registry.queries import cohort_years as queries
from services.registry.rules.cohort_years import (
    DEFAULT_DISTRICT_PER_AREA,
    UNPUBLISHED,
    CohortState,
    Gap,
    Origin,
    default_recommend_by,
    may_become,
)
from services.registry.rules.nominations import NominationState, Nominator
from services.registry.service import designations, events
from services.registry.service.errands import Errand, check_version


@dataclass(frozen=True, slots=True)
class Targets:
    """What a list shall come to. Areas without a town target may have any number."""

    total: int
    towns: Mapping[str, int]
    recommend_by: date | None = None


def move(session: AsyncSession, cohort: Cohort, wanted: CohortState, now: datetime) -> None:
    """Take a cohort to another state: whatever changes the state of one comes through here."""
    if not may_become(CohortState(cohort.state), wanted):
        raise _wrong_state(cohort)
    cohort.state = wanted
    if wanted is CohortState.PUBLISHED:
        cohort.published_at = now
    if wanted is CohortState.CLOSED:
        cohort.closed_at = now
    _changed(session, cohort)


async def begin(errand: Errand, year: int, targets: Targets, district_per_area: int, prepare: bool) -> int:
    """Begin the list of a year. Returns how many of last year's liaison points are suggested to their areas."""
    session = errand.session
    await queries.lock_lists(session)
    if await errand.is_repeat():
        return 0
    if await session.get(Cohort, year):
        raise CohortExists(year=str(year))
    session.add(
        Cohort(
            year=year,
            state=CohortState.PREPARING,
            origin=Origin.RUN,
            district_per_area=district_per_area,
            target_total=targets.total,
            recommend_by=targets.recommend_by or default_recommend_by(year),
            version=0,
            created_at=errand.now,
        )
    )
    await _add_areas(session, year)
    await _set_town_targets(session, year, targets.towns)
    suggested = await _suggest(errand, year) if prepare else 0
    _changed(session, await queries.cohort(session, year))
    await errand.record("COHORT_BEGUN", f"cohort/{year}")
    return suggested


async def set_targets(errand: Errand, year: int, expected: int, targets: Targets) -> None:
    """Set what the list shall come to, while that may still be said."""
    cohort = await _to_change(errand, year, expected)
    if cohort is None:
        return
    fixed = cohort.origin == Origin.RUN and cohort.state not in UNPUBLISHED
    if fixed or cohort.state == CohortState.CLOSED:
        raise _wrong_state(cohort)
    cohort.target_total, cohort.recommend_by = targets.total, targets.recommend_by or default_recommend_by(year)
    await _set_town_targets(errand.session, year, targets.towns)
    _changed(errand.session, cohort)
    await errand.record("COHORT_TARGETS_SET", f"cohort/{year}")


async def advance(errand: Errand, year: int, expected: int, wanted: CohortState) -> None:
    """Go on to the next state, or back to recommending."""
    cohort = await _to_change(errand, year, expected)
    if cohort:
        move(errand.session, cohort, wanted, errand.now)
        await errand.record(f"COHORT_{wanted}", f"cohort/{year}")


async def waive_survey(errand: Errand, year: int, expected: int, reason: str) -> None:
    """Do without the annual survey of the year. Said once more, the newest reason stands; the audit keeps all."""
    cohort = await _to_change(errand, year, expected)
    if cohort is None:
        return
    if cohort.state not in UNPUBLISHED:
        raise _wrong_state(cohort)
    cohort.survey_waiver, cohort.survey_waived_by, cohort.survey_waived_at = reason, errand.actor.person_id, errand.now
    _changed(errand.session, cohort)
    await errand.record("COHORT_SURVEY_WAIVED", f"cohort/{year}", reason)


async def publish_list(errand: Errand, year: int, expected: int) -> None:
    """Make every accepted nomination a liaison point, unless anything is missing. Raises CohortIncomplete with all of it."""
    session, cohort = errand.session, await _to_change(errand, year, expected)
    if cohort is None:
        return
    if not may_become(CohortState(cohort.state), CohortState.PUBLISHED):
        raise _wrong_state(cohort)
    lacking = await queries.gaps(session, cohort, await queries.area_counts(session, cohort))
    if lacking:
        raise CohortIncomplete([_violation(gap) for gap in lacking])
    move(session, cohort, CohortState.PUBLISHED, errand.now)
    await session.flush()
    await designations.designate_accepted(session, year, errand.now)
    await errand.record("COHORT_PUBLISHED", f"cohort/{year}")


async def close(errand: Errand, year: int, expected: int) -> None:
    """End the year."""
    cohort = await _to_change(errand, year, expected)
    if cohort:
        move(errand.session, cohort, CohortState.CLOSED, errand.now)
        await errand.record("COHORT_CLOSED", f"cohort/{year}")


async def announce_lists(session: AsyncSession) -> int:
    """Tell the cohorts of all years again, for a listener that has none of them."""
    found = (await session.scalars(select(Cohort).order_by(Cohort.year))).all()
    for cohort in found:
        events.cohort_changed(session, cohort)
    return len(found)


async def check_import(session: AsyncSession, year: int) -> None:
    """Raise unless the year may take an import: it has no list yet, or one that was imported and is not closed."""
    cohort = await session.get(Cohort, year)
    if cohort and cohort.origin == Origin.RUN:
        raise CohortIsRun(year=str(year))
    if cohort and cohort.state != CohortState.PUBLISHED:
        raise _wrong_state(cohort)


async def keep_imported(session: AsyncSession, year: int, now: datetime) -> None:
    """The cohort of an import is published with it; one that is there stays as it is."""
    if await session.get(Cohort, year):
        return
    cohort = Cohort(
        year=year,
        state=CohortState.PUBLISHED,
        origin=Origin.IMPORTED,
        district_per_area=DEFAULT_DISTRICT_PER_AREA,
        version=0,
        created_at=now,
        published_at=now,
    )
    session.add(cohort)
    await _add_areas(session, year)
    _changed(session, cohort)


async def _to_change(errand: Errand, year: int, expected: int) -> Cohort | None:
    """The locked cohort as the caller saw it. None if this very request was served before."""
    cohort = await queries.cohort_to_change(errand.session, year)
    if await errand.is_repeat():
        return None
    check_version(cohort.version, expected)
    return cohort


def _changed(session: AsyncSession, cohort: Cohort) -> None:
    cohort.version += 1
    events.cohort_changed(session, cohort)


def _wrong_state(cohort: Cohort) -> CohortWrongState:
    return CohortWrongState(year=str(cohort.year), state=cohort.state)


def _violation(gap: Gap) -> FieldViolation:
    return FieldViolation(gap.area_code, gap.kind, f"area={gap.area_name} have={gap.have} want={gap.want}")


async def _add_areas(session: AsyncSession, year: int) -> None:
    """Whatever areas have liaison points now, have them in this cohort."""
    await session.flush()
    codes = await session.scalars(select(Area.code).where(Area.district_quota > 0))
    await session.execute(insert(CohortArea), [{"year": year, "area_code": code} for code in codes])


async def _set_town_targets(session: AsyncSession, year: int, towns: Mapping[str, int]) -> None:
    areas = {area.area_code: area for area in await session.scalars(select(CohortArea).where(CohortArea.year == year))}
    if towns.keys() - areas.keys():
        raise AreaNotInCohort(year=str(year))
    for code, area in areas.items():
        area.town_target = towns.get(code)


async def _suggest(errand: Errand, year: int) -> int:
    """A draft nomination for whoever was a liaison point the year before, where the enterprise is now."""
    found = await queries.suggestions(errand.session, year)
    if not found:
        return 0
    places = [{"enterprise_id": enterprise, "year": year, "area_code": area} for enterprise, area, _ in found]
    await errand.session.execute(upsert(EnterpriseYear).on_conflict_do_nothing(), places)
    same = {
        "nominator": Nominator.AREA,
        "reason": f"{year - 1}年度联系点",
        "state": NominationState.DRAFT,
        "suggested": True,
        "version": 1,
        "created_by": errand.actor.person_id,
        "created_at": errand.now,
    }
    rows = [place | same | {"id": uuid7(), "level": row[2]} for place, row in zip(places, found, strict=True)]
    await errand.session.execute(insert(Nomination), rows)
    return len(rows)
