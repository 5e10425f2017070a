"""Every SELECT of dispatch. `visible_to` alone says who sees which demand, in list, detail, timeline and counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, literal, or_, select, text, true, values
from sqlalchemy import column as sql_column
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.db import Run
from services.dispatch import errors
from services.dispatch.announcements import Contacts
from services.dispatch.models import (
    Category,
    Demand,
    DemandClock,
    DemandDisposition,
    DemandEvent,
    DemandRating,
    DemandReply,
    LiaisonPoint,
    RoutingRule,
    Unit,
)
from services.dispatch.rules import Lead, State

AGENCY = (int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD))
ALL_SEEING = (int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD), int(Role.ROLE_SUPERVISOR))
COUNT_LIMIT = 1000
CENTRE_UNIT = "centre"


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list or count is narrowed to; empty means not narrowed."""

    states: tuple[State, ...] = ()
    lead_unit_code: str = ""
    area_code: str = ""
    category_code: str = ""
    submitted_from: datetime | None = None
    submitted_until: datetime | None = None
    text: str = ""
    overdue: bool = False


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Who sees which demand. Roles add up; who has none of these sees nothing."""
    if actor.has(*ALL_SEEING):
        return true()
    seen: list[ColumnElement[bool]] = []
    if actor.has(int(Role.ROLE_LIAISON)) and actor.organisation_id:
        present = exists().where(
            LiaisonPoint.enterprise_id == actor.organisation_id, LiaisonPoint.liaison_person_id == actor.person_id
        )
        seen.append(and_(Demand.enterprise_id == actor.organisation_id, present))
    if actor.has(*AGENCY) and actor.unit_code:
        seen.append(Demand.lead_unit_code == actor.unit_code)
    if actor.has(int(Role.ROLE_AREA_OFFICER)) and actor.unit_code:
        seen.append(Demand.submitted_for_by_unit == actor.unit_code)
    return or_(false(), *seen)


def narrowed(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions a filter stands for."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(Demand.state.in_(wanted.states))
    for column, value in (
        (Demand.lead_unit_code, wanted.lead_unit_code),
        (Demand.area_code, wanted.area_code),
        (Demand.category_code, wanted.category_code),
    ):
        if value:
            conditions.append(column == value)
    if wanted.submitted_from:
        conditions.append(Demand.submitted_at >= wanted.submitted_from)
    if wanted.submitted_until:
        conditions.append(Demand.submitted_at < wanted.submitted_until)
    if found := wanted.text.strip():
        in_title = Demand.title.icontains(found, autoescape=True)
        conditions.append(or_(Demand.serial == found.upper(), in_title, Demand.body.icontains(found, autoescape=True)))
    if wanted.overdue:
        late = exists().where(DemandClock.demand_id == Demand.id, DemandClock.stopped_at.is_(None), DemandClock.due_at < now)
        conditions.append(late)
    return conditions


SUMMARY = [column for column in Demand.__table__.columns if column.name not in ("body", "request_id", "request_hash")]


def _named() -> Select[*tuple[Any, ...]]:
    return select(*SUMMARY, func.coalesce(Unit.name, "").label("lead_unit_name")).outerjoin(
        Unit, Unit.code == Demand.lead_unit_code
    )


async def demands_page(
    session: AsyncSession, actor: Actor, wanted: Filter, now: datetime, before: UUID | None, size: int
) -> Sequence[Any]:
    """Up to `size` + 1 demands, newest first, that come after `before`; the extra one tells that there are more."""
    query = _named().where(visible_to(actor), *narrowed(wanted, now))
    if before:
        query = query.where(Demand.id < before)
    return (await session.execute(query.order_by(Demand.id.desc()).limit(size + 1))).all()


async def demand_detail(session: AsyncSession, actor: Actor, demand_id: UUID) -> Row[Any]:
    """One demand with its text. Raises DemandNotFound if it is not there for the actor."""
    query = _named().add_columns(Demand.body).where(Demand.id == demand_id, visible_to(actor))
    row = (await session.execute(query)).first()
    if row is None:
        raise errors.DemandNotFound
    return row


async def counts(session: AsyncSession, actor: Actor, wanted: Filter, now: datetime) -> dict[State, int]:
    """How many demands the actor sees in each state; each count stops at COUNT_LIMIT, so that it never grows dear."""
    others = narrowed(replace(wanted, states=()), now)
    states = values(sql_column("state", Demand.state.type), name="states").data([(state.value,) for state in State])
    some = (
        select(literal(1))
        .where(Demand.state == states.c.state, visible_to(actor), *others)
        .limit(COUNT_LIMIT)
        .correlate(states)
        .lateral("some")
    )
    count = select(func.count()).select_from(some).correlate(states).scalar_subquery()
    found = await session.execute(select(states.c.state, count).select_from(states))
    return {State(state): number for state, number in found}


async def timeline(session: AsyncSession, actor: Actor, demand_id: UUID) -> Sequence[DemandEvent]:
    """The lines of one demand, oldest first. Raises DemandNotFound."""
    query = (
        select(DemandEvent)
        .join(Demand, Demand.id == DemandEvent.demand_id)
        .where(DemandEvent.demand_id == demand_id, visible_to(actor))
        .order_by(DemandEvent.sequence)
    )
    lines = (await session.scalars(query)).all()
    if not lines:
        raise errors.DemandNotFound
    return lines


@dataclass(frozen=True, slots=True)
class Movable:
    """A demand locked for a move, and who is to be told of it."""

    demand: Demand
    contacts: Contacts


async def demand_for_move(session: AsyncSession, actor: Actor, demand_id: UUID) -> Movable:
    """Lock one demand until the transaction ends. Raises DemandNotFound if it is not there for the actor."""
    query = select(Demand).where(Demand.id == demand_id, visible_to(actor)).with_for_update(of=Demand)
    demand = (await session.scalars(query)).first()
    if demand is None:
        raise errors.DemandNotFound
    return Movable(demand, await contacts_of(session, demand.enterprise_id, demand.lead_unit_code))


async def contacts_of(session: AsyncSession, enterprise_id: UUID, lead_unit_code: str) -> Contacts:
    """The enterprise's present contact and those of the lead agency and the centre."""
    found = await session.execute(CONTACTS, {"enterprise": enterprise_id, "lead": lead_unit_code, "centre": CENTRE_UNIT})
    liaison, agency, centre = found.one()
    return Contacts((liaison,) if liaison else (), tuple(agency or ()), tuple(centre or ()))


CONTACTS = text("""
SELECT
  (SELECT liaison_person_id FROM liaison_point WHERE enterprise_id = :enterprise ORDER BY year DESC LIMIT 1),
  (SELECT contact_ids FROM unit WHERE code = :lead),
  (SELECT contact_ids FROM unit WHERE code = :centre)
""")


async def served_before(session: AsyncSession, demand_id: UUID, actor: Actor, request_id: str) -> bytes | None:
    """Fingerprint of the request that this person made on this demand under this id, if there was one."""
    return await session.scalar(
        select(DemandEvent.request_hash).where(
            DemandEvent.demand_id == demand_id,
            DemandEvent.person_id == actor.person_id,
            DemandEvent.request_id == request_id,
        )
    )


async def demand_of_request(run: Run, person_id: UUID, request_id: str) -> tuple[UUID, bytes] | None:
    """Id and request fingerprint of the demand that this person submitted under this request id, if there is one."""
    query = "SELECT id, request_hash FROM demand WHERE submitted_by = %(person)s AND request_id = %(request)s"
    found = await run(query, {"person": person_id, "request": request_id})
    return (found[0][0], found[0][1]) if found else None


async def clocks_of(session: AsyncSession, demand_ids: Sequence[UUID], running_only: bool) -> Sequence[DemandClock]:
    query = select(DemandClock).where(DemandClock.demand_id.in_(demand_ids)).order_by(DemandClock.started_at)
    if running_only:
        query = query.where(DemandClock.stopped_at.is_(None))
    return (await session.scalars(query)).all()


async def latest_disposition(session: AsyncSession, demand_id: UUID) -> DemandDisposition | None:
    query = select(DemandDisposition).where(DemandDisposition.demand_id == demand_id)
    return (await session.scalars(query.order_by(DemandDisposition.sequence.desc()).limit(1))).first()


async def latest_reply(session: AsyncSession, demand_id: UUID) -> tuple[DemandReply, DemandRating | None] | None:
    query = (
        select(DemandReply, DemandRating)
        .outerjoin(DemandRating, DemandRating.reply_id == DemandReply.id)
        .where(DemandReply.demand_id == demand_id)
        .order_by(DemandReply.round.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def reply_to_rate(session: AsyncSession, demand_id: UUID) -> DemandReply:
    """The latest reply of a demand that has one. Raises AlreadyRated if it is rated."""
    found = await latest_reply(session, demand_id)
    if found is None or found[1] is not None:
        raise errors.AlreadyRated
    return found[0]


async def categories(session: AsyncSession) -> Sequence[Any]:
    """Active categories in order, each with the one agency its rule leads to."""
    lead = select(func.min(RoutingRule.unit_code)).where(RoutingRule.category_code == Category.code, RoutingRule.active)
    unit_code = func.coalesce(lead.having(func.count() == 1).scalar_subquery(), "").label("unit_code")
    query = select(Category.code, Category.name, Category.hint, unit_code).where(Category.active)
    found: Sequence[Any] = (await session.execute(query.order_by(Category.position))).all()
    return found


async def agency(session: AsyncSession, code: str) -> Lead:
    """An agency that takes part, with its contacts. Raises UnitNotAnAgency, UnitWithoutContact."""
    unit = await session.get(Unit, code)
    if unit is None or not unit.active or unit.kind != "AGENCY":
        raise errors.UnitNotAnAgency
    if not unit.contact_ids:
        raise errors.UnitWithoutContact
    return Lead(unit.code, unit.name, 0, tuple(unit.contact_ids))


@dataclass(frozen=True, slots=True)
class Intake:
    """All that taking in one demand depends on. An enterprise of earlier years has a name and area, but no designation."""

    category_known: bool
    leads: tuple[Lead, ...]
    designation_id: UUID | None
    enterprise_name: str
    area_code: str
    liaison_person_id: UUID | None
    centre_ids: tuple[UUID, ...]
    number: int


INTAKE = """
SELECT c.code IS NOT NULL, r.leads, CASE WHEN p.year = %(year)s AND p.active THEN p.designation_id END, p.enterprise_name,
       p.area_code, p.liaison_person_id, (SELECT contact_ids FROM unit WHERE code = %(centre)s), nextval('demand_number')
FROM unnest(%(categories)s::text[], %(enterprises)s::uuid[]) WITH ORDINALITY AS wanted (category, enterprise, position)
LEFT JOIN category c ON c.code = wanted.category AND c.active
LEFT JOIN LATERAL (SELECT * FROM liaison_point WHERE enterprise_id = wanted.enterprise AND year <= %(year)s
                   ORDER BY year DESC, active DESC LIMIT 1) p ON true
CROSS JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_array(u.code, u.name, r.version, u.contact_ids)) AS leads
  FROM routing_rule r JOIN unit u ON u.code = r.unit_code AND u.active AND u.kind = 'AGENCY'
  WHERE r.category_code = c.code AND r.active) r
ORDER BY wanted.position
"""


async def intakes(run: Run, wanted: Sequence[tuple[str, UUID]], year: int) -> list[Intake]:
    """What taking in each of these (category, enterprise) depends on, in one statement: this is the busiest path."""
    categories, enterprises = [category for category, _ in wanted], [enterprise for _, enterprise in wanted]
    params = {"centre": CENTRE_UNIT, "categories": categories, "enterprises": enterprises, "year": year}
    return [
        Intake(
            category_known=known,
            leads=tuple(Lead(code, title, version, tuple(map(UUID, ids))) for code, title, version, ids in leads or ()),
            designation_id=designation,
            enterprise_name=name or "",
            area_code=area or "",
            liaison_person_id=liaison,
            centre_ids=tuple(centre or ()),
            number=number,
        )
        for known, leads, designation, name, area, liaison, centre, number in await run(INTAKE, params)
    ]
