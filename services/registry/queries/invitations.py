"""Who is asked in a survey, as callers may see them. `within` is the one predicate, for lists, counts and changes alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from sqlalchemy import ColumnElement, Select, and_, false, func, null, or_, select, text, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from kit.auth import Actor
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.errors import SurveyAreaNotFound
from services.registry.models import Area, Designation, Enterprise, EnterpriseYear, Invitation, Survey, SurveyResponse
from services.registry.rules.surveys import DAYS_BETWEEN_REMINDERS, Audience, ResponseState


class Status(StrEnum):
    """What a list of invitations is narrowed to."""

    ALL = "ALL"
    ANSWERED = "ANSWERED"
    OUTSTANDING = "OUTSTANDING"
    TO_REMIND = "TO_REMIND"


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation with its enterprise."""

    invitation: Invitation
    uscc: str
    name: str
    industry: str | None
    liaison_point: bool
    answered: bool

    @property
    def reminded(self) -> list[date]:
        """Days of its reminders, in their order."""
        one = self.invitation
        return [day for day in (one.reminded_1_on, one.reminded_2_on, one.reminded_3_on) if day]


@dataclass(frozen=True, slots=True)
class Asked:
    """An enterprise that belongs to a survey's audience, and its invitation if it has one."""

    enterprise_id: UUID
    uscc: str
    name: str
    area_code: str
    industry: str | None
    invitation_id: UUID | None


@dataclass(frozen=True, slots=True)
class ProgressCell:
    """Counts of one industry of one area."""

    area_code: str
    industry: str | None
    population: int
    sent: int
    opened: int
    answered: int


ANSWERED = SurveyResponse.state == ResponseState.SUBMITTED


def within(actor: Actor, area: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Centre and supervisors see every area, an area officer its own."""
    if actor.has(Role.ROLE_CENTRE_OPERATOR, Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR):
        return true()
    if actor.has(Role.ROLE_AREA_OFFICER) and actor.area_code:
        return area == actor.area_code
    return false()


def operable(actor: Actor, area: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Whom an actor may invite and remind: seeing more, as a supervisor does, gives an area officer no more to do."""
    if actor.has(Role.ROLE_CENTRE_LEAD):
        return true()
    if actor.has(Role.ROLE_AREA_OFFICER) and actor.area_code:
        return area == actor.area_code
    return false()


async def check_area(session: AsyncSession, actor: Actor, area_code: str) -> None:
    """Raises SurveyAreaNotFound for an area that is none, or in which the actor has nothing to do."""
    query = select(Area.code).where(Area.code == area_code, operable(actor, Area.code))
    if area_code and await session.scalar(query) is None:
        raise SurveyAreaNotFound


def due(today: date) -> ColumnElement[bool]:
    """Who may be reminded on a day, as far as reminders go."""
    last = func.coalesce(Invitation.reminded_2_on, Invitation.reminded_1_on)
    rested = or_(last.is_(None), last <= today - timedelta(days=DAYS_BETWEEN_REMINDERS))
    return and_(Invitation.reminded_3_on.is_(None), rested)


def _audience(survey: Survey) -> ColumnElement[bool]:
    if survey.audience == Audience.CENSUS:
        return EnterpriseYear.above_scale.is_(True)
    return select(Designation.id).where(Designation.active, *_of_year()).exists()


def _of_year() -> tuple[ColumnElement[bool], ...]:
    return Designation.enterprise_id == EnterpriseYear.enterprise_id, Designation.year == EnterpriseYear.year


def _asked(actor: Actor, survey: Survey, area_code: str) -> list[ColumnElement[bool]]:
    found = [EnterpriseYear.year == survey.year, _audience(survey), operable(actor, EnterpriseYear.area_code)]
    return [*found, EnterpriseYear.area_code == area_code] if area_code else found


async def hold_places(session: AsyncSession, actor: Actor, survey: Survey, area_code: str) -> set[UUID]:
    """Have whom a survey is to ask stay in the area of the year until the transaction ends: a census waits. Returns who."""
    query = select(EnterpriseYear.enterprise_id).where(*_asked(actor, survey, area_code))
    in_order = query.order_by(EnterpriseYear.enterprise_id)
    return set(await session.scalars(in_order.with_for_update(read=True, key_share=True)))


async def asked(session: AsyncSession, actor: Actor, survey: Survey, area_code: str) -> Sequence[Asked]:
    """Everybody a survey is to ask whom the actor may invite, by area and code."""
    place = (EnterpriseYear.area_code, EnterpriseYear.industry)
    query = select(Enterprise.id, Enterprise.uscc, Enterprise.name, *place, Invitation.id)
    query = query.join(EnterpriseYear, EnterpriseYear.enterprise_id == Enterprise.id)
    invited = and_(Invitation.enterprise_id == Enterprise.id, Invitation.survey_id == survey.id)
    query = query.outerjoin(Invitation, invited).where(*_asked(actor, survey, area_code))
    return [Asked(*row) for row in await session.execute(query.order_by(EnterpriseYear.area_code, Enterprise.uscc))]


def _views(
    survey: Survey, actor: Actor, area_code: str, status: Status, today: date
) -> Select[Invitation, str, str, str | None, bool, bool]:
    point = select(Designation.id).where(
        Designation.enterprise_id == Enterprise.id, Designation.year == survey.year, Designation.active
    )
    query = (
        select(
            Invitation,
            Enterprise.uscc,
            Enterprise.name,
            EnterpriseYear.industry,
            point.exists(),
            func.coalesce(ANSWERED, false()),
        )
        .join(Enterprise, Enterprise.id == Invitation.enterprise_id)
        .join(
            EnterpriseYear,
            and_(EnterpriseYear.enterprise_id == Enterprise.id, EnterpriseYear.year == Invitation.year),
        )
        .outerjoin(SurveyResponse, SurveyResponse.invitation_id == Invitation.id)
        .where(Invitation.survey_id == survey.id, within(actor, Invitation.area_code))
    )
    if area_code:
        query = query.where(Invitation.area_code == area_code)
    if status is Status.ANSWERED:
        return query.where(ANSWERED)
    if status is Status.ALL:
        return query
    query = query.where(ANSWERED.is_not(True))
    return query.where(due(today)) if status is Status.TO_REMIND else query


_ORDER = (Invitation.area_code, Enterprise.name, Enterprise.id)


async def invitations_page(
    session: AsyncSession,
    actor: Actor,
    survey: Survey,
    area_code: str,
    status: Status,
    today: date,
    page_size: int,
    page_token: str,
) -> tuple[Sequence[InvitationView], str]:
    """One page by area and name, and the token of the next."""
    size = normal_page_size(page_size)
    filtered_by = fingerprint(list="invitations", survey=survey.id, area=area_code, status=status)
    query = _views(survey, actor, area_code, status, today)
    if page_token:
        last = decode_token(page_token, filtered_by, kinds=(str, str, UUID))
        query = query.where(tuple_(*_ORDER) > tuple_(*last))
    views = [InvitationView(*row) for row in await session.execute(query.order_by(*_ORDER).limit(size + 1))]
    if len(views) <= size:
        return views, ""
    end = views[size - 1]
    return views[:size], encode_token(filtered_by, (end.invitation.area_code, end.name, end.invitation.enterprise_id))


async def all_invitations(
    session: AsyncSession, actor: Actor, survey: Survey, area_code: str, status: Status, today: date
) -> Sequence[InvitationView]:
    """The whole list, for a file."""
    query = _views(survey, actor, area_code, status, today).order_by(*_ORDER)
    return [InvitationView(*row) for row in await session.execute(query)]


async def one_at_a_time(session: AsyncSession, survey_id: UUID) -> None:
    """Who makes links and reminds goes one after the other, survey by survey; answering does not wait for it."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:id, 5))"), {"id": f"survey/{survey_id}"})


async def invitation_to_change(
    session: AsyncSession, actor: Actor, survey_id: UUID, enterprise_id: UUID
) -> Invitation | None:
    """The locked row of one enterprise that the actor may invite."""
    query = select(Invitation).where(Invitation.survey_id == survey_id, Invitation.enterprise_id == enterprise_id)
    return await session.scalar(query.where(operable(actor, Invitation.area_code)).with_for_update())


async def unopened(session: AsyncSession, actor: Actor, survey_id: UUID, area_code: str) -> Sequence[Invitation]:
    """Locked: invitations whose link nobody opened."""
    query = select(Invitation).where(Invitation.survey_id == survey_id, Invitation.opened_on.is_(None))
    query = query.where(operable(actor, Invitation.area_code))
    if area_code:
        query = query.where(Invitation.area_code == area_code)
    return (await session.scalars(query.order_by(Invitation.id).with_for_update())).all()


async def outstanding(
    session: AsyncSession, actor: Actor, survey_id: UUID, area_code: str, enterprise_ids: Sequence[UUID]
) -> Sequence[Invitation]:
    """Locked: invitations that were not answered, all or those of some enterprises."""
    submitted = select(SurveyResponse.invitation_id).where(
        SurveyResponse.invitation_id == Invitation.id, SurveyResponse.state == ResponseState.SUBMITTED
    )
    query = select(Invitation).where(Invitation.survey_id == survey_id, ~submitted.exists())
    query = query.where(operable(actor, Invitation.area_code))
    if area_code:
        query = query.where(Invitation.area_code == area_code)
    if enterprise_ids:
        query = query.where(Invitation.enterprise_id.in_(enterprise_ids))
    return (await session.scalars(query.order_by(Invitation.id).with_for_update())).all()


async def invited_count(session: AsyncSession, actor: Actor, survey_id: UUID, enterprise_ids: Sequence[UUID]) -> int:
    """How many of some enterprises are invited, as the actor may invite them."""
    query = select(func.count()).select_from(Invitation).where(Invitation.survey_id == survey_id)
    query = query.where(Invitation.enterprise_id.in_(enterprise_ids), operable(actor, Invitation.area_code))
    return await session.scalar(query) or 0


async def progress(session: AsyncSession, actor: Actor, survey: Survey) -> Sequence[ProgressCell]:
    """Counts by area and industry. Who was invited and has left the audience since is counted as invited."""
    invited = Invitation.id.is_not(None)
    query = (
        select(
            EnterpriseYear.area_code,
            EnterpriseYear.industry,
            func.count(),
            func.count().filter(invited),
            func.count().filter(Invitation.opened_on.is_not(None)),
            func.count().filter(ANSWERED),
        )
        .outerjoin(
            Invitation,
            and_(Invitation.enterprise_id == EnterpriseYear.enterprise_id, Invitation.survey_id == survey.id),
        )
        .outerjoin(SurveyResponse, SurveyResponse.invitation_id == Invitation.id)
        .where(EnterpriseYear.year == survey.year, or_(_audience(survey), invited))
        .where(within(actor, EnterpriseYear.area_code))
        .group_by(EnterpriseYear.area_code, EnterpriseYear.industry)
        .order_by(EnterpriseYear.area_code, EnterpriseYear.industry.nulls_last())
    )
    return [ProgressCell(*row) for row in await session.execute(query)]


async def population(session: AsyncSession, survey: Survey) -> int:
    """How many enterprises a survey was to ask: its audience, and whoever was invited and has left it since."""
    invited = select(Invitation.id).where(
        Invitation.survey_id == survey.id, Invitation.enterprise_id == EnterpriseYear.enterprise_id
    )
    query = select(func.count()).select_from(EnterpriseYear).where(EnterpriseYear.year == survey.year)
    return await session.scalar(query.where(or_(_audience(survey), invited.exists()))) or 0


async def census(session: AsyncSession, actor: Actor, year: int, area_code: str) -> Sequence[Asked]:
    """The above-scale enterprises of a year that the actor may see, by area and code."""
    query = select(
        Enterprise.id, Enterprise.uscc, Enterprise.name, EnterpriseYear.area_code, EnterpriseYear.industry, null()
    ).join(EnterpriseYear, EnterpriseYear.enterprise_id == Enterprise.id)
    query = query.where(EnterpriseYear.year == year, EnterpriseYear.above_scale)
    query = query.where(within(actor, EnterpriseYear.area_code))
    if area_code:
        query = query.where(EnterpriseYear.area_code == area_code)
    return [Asked(*row) for row in await session.execute(query.order_by(EnterpriseYear.area_code, Enterprise.uscc))]
