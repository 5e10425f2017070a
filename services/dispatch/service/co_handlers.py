"""协办: agencies that assist the lead with an opinion, which its answer waits for (DEM-5)."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import PermissionDenied
from services.dispatch import errors, rules
from services.dispatch.clocks import Name, Start
from services.dispatch.models import DemandCoHandler, Unit
from services.dispatch.moves import Row
from services.dispatch.queries import co_handlers as queries
from services.dispatch.queries import reference
from services.dispatch.reference_data import CONSULTATION_GROUPS
from services.dispatch.rules import Action, Clock, Lead, Party
from services.dispatch.service import agencies
from services.dispatch.service.change import Change, save, take

# Who is asked again after another lead let it go is asked anew; what it said before stands in the timeline.
ENTER = text("""
INSERT INTO demand_co_handler (demand_id, round, unit_code, added_by, added_at, opinion, waive_reason)
SELECT :demand, :round, unnest(CAST(:units AS text[])), :by, :at, '', ''
ON CONFLICT (demand_id, round, unit_code) DO UPDATE SET added_by = excluded.added_by, added_at = excluded.added_at,
  opinion = '', opinion_by = NULL, opinion_at = NULL, waive_reason = '', waived_by = NULL, waived_at = NULL,
  released_at = NULL
""")


async def suggested(session: AsyncSession, lead_unit_code: str) -> list[Unit]:
    """The other agencies of the lead's consultation group that can be asked."""
    codes = [code for group in CONSULTATION_GROUPS if lead_unit_code in group for code in group if code != lead_unit_code]
    found = {unit.code: unit for unit in await reference.agencies(session, codes) if unit.contact_ids}
    return [found[code] for code in codes if code in found]


async def chosen(change: Change, unit_codes: Sequence[str], lead_unit_code: str) -> list[Lead]:
    """These agencies, if they may assist this lead. Raises CoHandlerInvalid if the lead is among them."""
    if lead_unit_code in unit_codes:
        raise errors.CoHandlerInvalid
    return [await agencies.taking_part(change, code) for code in unit_codes]


def contacts_of(assistants: Sequence[Lead]) -> tuple[UUID, ...]:
    return tuple(person for one in assistants for person in one.contact_ids)


def opinions_wanted(unit_codes: Sequence[str]) -> list[Start]:
    """The terms of their opinions."""
    return [Start(Name(Clock.OPINION, code), Party.CO_HANDLER, code) for code in unit_codes]


async def enter(change: Change, unit_codes: Sequence[str]) -> None:
    """Write down who assists; after the moves are saved, for they may release those of the lead before."""
    if unit_codes:
        row, by = change.row, change.actor.person_id
        values = {"demand": row["id"], "round": row["round"], "units": list(unit_codes), "by": by, "at": change.now}
        await change.session.execute(ENTER, values)


async def add_co_handler(change: Change, unit_code: str) -> None:
    """Have another agency assist."""
    rules.check_move(Action.ADD_CO_HANDLER, change.state)
    (one,) = await chosen(change, [unit_code], change.row["lead_unit_code"])
    if await queries.present(change.session, change.on.demand_id, unit_code):
        raise errors.CoHandlerInvalid
    told = replace(change.contacts, co_handler=one.contact_ids)
    starts, facts = opinions_wanted([unit_code]), {"unit_code": unit_code}
    take(change, Action.ADD_CO_HANDLER, change.act(one.unit_name), None, facts, contacts=told, starts=starts)
    await save(change)
    await enter(change, [unit_code])


async def give_opinion(change: Change, opinion: str) -> None:
    """The word of an assisting agency. The demand is another's: here its own roles count for it, and nowhere else."""
    rules.check_move(Action.GIVE_OPINION, change.state)
    unit_code = change.actor.unit_code
    found = await queries.present(change.session, change.on.demand_id, unit_code)
    if found is None:
        raise PermissionDenied
    row, _ = found
    _check_open(row)
    facts, stops = {"unit_code": unit_code, "waived": False}, [Name(Clock.OPINION, unit_code)]
    take(change, Action.GIVE_OPINION, change.act(opinion), None, facts, stops=stops, roles=change.actor.roles)
    await save(change)
    row.opinion, row.opinion_by, row.opinion_at = opinion, change.actor.person_id, change.now


async def waive_opinion(change: Change, unit_code: str, reason: str) -> None:
    """Do without an opinion that is missing."""
    rules.check_move(Action.WAIVE_OPINION, change.state)
    found = await queries.present(change.session, change.on.demand_id, unit_code)
    if found is None:
        raise errors.CoHandlerInvalid
    row, unit = found
    _check_open(row)
    facts, stops = {"unit_code": unit_code, "waived": True}, [Name(Clock.OPINION, unit_code)]
    told = replace(change.contacts, co_handler=tuple(unit.contact_ids))
    take(change, Action.WAIVE_OPINION, change.act(f"{unit.name}：{reason}"), None, facts, contacts=told, stops=stops)
    await save(change)
    row.waive_reason, row.waived_by, row.waived_at = reason, change.actor.person_id, change.now


def _check_open(row: DemandCoHandler) -> None:
    if row.opinion_at or row.waived_at:
        raise errors.CoHandlerInvalid


async def missing_opinions(session: AsyncSession, demand: Row) -> Sequence[str]:
    """Codes of the agencies that assist in this round, whose opinion is neither given nor waived."""
    return await queries.missing(session, demand["id"], demand["round"])


async def check_heard(change: Change) -> None:
    """Raise OpinionMissing unless all who assist were heard or let off."""
    if units := await missing_opinions(change.session, change.row):
        raise errors.OpinionMissing(units=",".join(units))
