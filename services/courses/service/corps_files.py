"""The corps from a file and into one: every row is good and all are written, or nothing is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from kit.sheets.rows import RowError, SheetRow
from services.courses.queries import corps as queries
from services.courses.queries.access import sends_for
from services.courses.queries.corps import AnyMember, Sender
from services.courses.rules.corps import Corps
from services.courses.rules.corps_files import Check, Entry, KnownMember, KnownUnit
from services.courses.service import corps as service
from services.courses.service.corps import MemberDraft
from services.courses.service.errands import Errand


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an import."""

    row_count: int
    changed_count: int = 0
    errors: list[RowError] = field(default_factory=list)


async def import_members(errand: Errand, corps: Corps, year: int, rows: Sequence[SheetRow], dry_run: bool) -> Outcome:
    """Check all rows and, if all are good, appoint who is new and write anew what changed."""
    service.check_year(errand, year)
    senders = {sender.unit_code: sender for sender in await queries.senders(errand.session, corps)}
    members = {(one.unit_code, one.name): one for one in await queries.present(errand.session, corps, year)}
    check = Check([_known(errand, sender, members) for sender in senders.values()])
    await asyncio.to_thread(check.read, rows)
    if check.errors or dry_run:
        return Outcome(len(rows), errors=check.errors)
    for entry in check.entries:
        there = members.get((entry.unit.code, entry.name))
        if there is None:
            draft = MemberDraft(entry.name, entry.post, entry.topics)
            await service.seat(errand, corps, year, senders[entry.unit.code], draft)
        else:
            await _write(errand, corps, there, entry)
    if check.entries:
        await errand.record(f"{corps}_IMPORTED", f"corps/{year}", f"{len(rows)} rows, {len(check.entries)} changed")
    return Outcome(len(rows), len(check.entries))


def _known(errand: Errand, sender: Sender, members: dict[tuple[str, str], AnyMember]) -> KnownUnit:
    mine = [one for (unit, _), one in members.items() if unit == sender.unit_code]
    known = {one.name: KnownMember(one.name, one.post, one.topics) for one in mine}
    return KnownUnit(sender.unit_code, sender.unit_name, sends_for(errand.actor, sender.unit_code), known)


async def _write(errand: Errand, corps: Corps, there: AnyMember, entry: Entry) -> None:
    """The row is locked first: it may have changed, or its time ended, since the file was compared."""
    member = await queries.lock_member(errand.session, corps, there.id)
    service.rewrite(member, entry.post, entry.topics)
