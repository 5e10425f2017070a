"""Who is and was the contact of an enterprise."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.paging import decode_token, encode_token, fingerprint, normal_page_size
from services.registry.models import Enterprise, Liaison, Person
from services.registry.queries.enterprises import area_in, enterprise_view, visible_to


async def liaisons_page(
    session: AsyncSession, actor: Actor, enterprise_id: UUID, year: int, page_size: int, page_token: str
) -> tuple[Sequence[tuple[Liaison, Person]], str]:
    """One page, the newest first, and the token of the next. Raises EnterpriseNotFound for one the caller may not see."""
    await enterprise_view(session, actor, enterprise_id, year)
    size, filtered_by = normal_page_size(page_size), fingerprint(list="liaisons", enterprise=enterprise_id)
    query = select(Liaison, Person).join(Person, Person.id == Liaison.person_id)
    query = query.where(Liaison.enterprise_id == enterprise_id)
    if page_token:
        last = decode_token(page_token, filtered_by, kinds=(datetime, UUID))
        query = query.where(tuple_(Liaison.consented_at, Liaison.id) < tuple_(*last))
    newest_first = query.order_by(Liaison.consented_at.desc(), Liaison.id.desc()).limit(size + 1)
    found = [(liaison, person) for liaison, person in await session.execute(newest_first)]
    if len(found) <= size:
        return found, ""
    end = found[size - 1][0]
    return found[:size], encode_token(filtered_by, (end.consented_at, end.id))


async def liaisons_for_file(
    session: AsyncSession, actor: Actor, year: int, area_code: str, most: int
) -> Sequence[Row[Liaison, Person, Enterprise, str]]:
    """So many contacts, present and former, of the enterprises that the caller sees, each with where that is in the year."""
    area = area_in(year)
    query = select(Liaison, Person, Enterprise, area).join(Person, Person.id == Liaison.person_id)
    query = query.join(Enterprise, Enterprise.id == Liaison.enterprise_id).where(visible_to(actor, year))
    if area_code:
        query = query.where(area == area_code)
    in_order = query.order_by(Enterprise.name, Enterprise.id, Liaison.consented_at.desc(), Liaison.id.desc())
    return (await session.execute(in_order.limit(most))).all()


async def own_enterprise_for_update(session: AsyncSession, actor: Actor, year: int) -> tuple[Enterprise, str] | None:
    """The enterprise whose contact the actor is, locked, and where it is."""
    query = select(Enterprise, area_in(year)).join(Liaison, Liaison.enterprise_id == Enterprise.id)
    own = query.where(Liaison.person_id == actor.person_id, Liaison.ended_at.is_(None))
    found = (await session.execute(own.with_for_update(of=Enterprise))).first()
    return (found[0], found[1] or "") if found else None
