"""Enterprises that somebody names by their code: known ones as they are registered, others made known."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.errors import FieldsInvalid, FieldViolation
from kit.texts import is_safe_text
from services.registry.errors import EnterpriseNameDiffers, EnterpriseNameMissing, NominationWrongArea, UsccInvalid
from services.registry.models import Enterprise, EnterpriseYear
from services.registry.queries.enterprises import area_in
from services.registry.rules.nominations import normal_uscc


async def enterprise_of(session: AsyncSession, year: int, area_code: str, uscc: str, name: str, now: datetime) -> Enterprise:
    """The enterprise with this code, locked, and in this area in this year.

    Raises UsccInvalid, EnterpriseNameMissing, EnterpriseNameDiffers, and NominationWrongArea where the enterprise is
    elsewhere: as the year says, or as the last year before it says.
    """
    code, name = normal_uscc(uscc), name.strip()
    if code is None:
        raise UsccInvalid
    if await session.scalar(select(Enterprise.id).where(Enterprise.uscc == code)) is None:
        await _make_known(session, code, name, now)
    query = select(Enterprise, area_in(year)).where(Enterprise.uscc == code).with_for_update(of=Enterprise)
    enterprise, place = (await session.execute(query)).one()
    if name and enterprise.name != name:
        raise EnterpriseNameDiffers
    if place and place != area_code:
        raise NominationWrongArea
    here = {"enterprise_id": enterprise.id, "year": year, "area_code": area_code}
    await session.execute(upsert(EnterpriseYear).values(here).on_conflict_do_nothing())
    return enterprise


async def _make_known(session: AsyncSession, code: str, name: str, now: datetime) -> None:
    if not name:
        raise EnterpriseNameMissing
    if not is_safe_text(name):
        raise FieldsInvalid([FieldViolation("enterprise_name", "string.pattern", "A spreadsheet would run it.")])
    await make_known(session, {code: name}, now)


async def make_known(
    session: AsyncSession, names: Mapping[str, str], now: datetime, version: int = 1
) -> dict[str, Enterprise]:
    """Enterprises by code with their names; returns those that nobody else made known meanwhile.

    Who does waits here until the other is done, all in one order.
    """
    same = {"version": version, "created_at": now}
    new = [{"id": uuid7(), "uscc": code, "name": names[code]} | same for code in sorted(names)]
    if not new:
        return {}
    adding = upsert(Enterprise).on_conflict_do_nothing(index_elements=["uscc"]).returning(Enterprise)
    return {enterprise.uscc: enterprise for enterprise in await session.scalars(adding, new)}


async def make_all_known(
    session: AsyncSession, names: Mapping[str, str], now: datetime, version: int = 1
) -> dict[str, Enterprise] | None:
    """As `make_known`, all or none. None where somebody was quicker: what that one wrote is to be looked at first."""
    try:
        async with session.begin_nested():
            made = await make_known(session, names, now, version)
            if len(made) < len(names):
                raise _SomebodyWasQuicker
    except _SomebodyWasQuicker:
        return None
    return made


class _SomebodyWasQuicker(Exception):
    """Takes back to the savepoint what was written since."""
