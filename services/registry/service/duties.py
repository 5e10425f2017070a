"""Leaders and contacts of units from a file (REG-9): every row is good and all are written, or nothing is."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.sheets.rows import SheetRow
from services.registry.personal import PersonalData
from services.registry.queries import duties as queries
from services.registry.rules import Duty
from services.registry.rules.duties import ROLES, Check, KnownPerson, KnownUnit, Post
from services.registry.service import audit, people, units
from services.registry.service.cohorts import ImportOutcome
from services.registry.service.people import StaffDraft


async def import_duties(
    session: AsyncSession,
    personal: PersonalData,
    actor: Actor,
    rows: Sequence[SheetRow],
    now: datetime,
    dry_run: bool = False,
) -> ImportOutcome:
    """Check all rows and, if all are good, give the duties that change. The same rows again change nothing."""
    check = Check(await queries.units_for_update(session, personal))
    await asyncio.to_thread(check.read, rows)
    phones = sorted({post.phone for post in check.posts if post.phone})
    known = await queries.known_people(session, personal, phones)
    check.compare(known)
    if check.errors or dry_run:
        return ImportOutcome(len(rows), errors=check.errors)
    changing = [post for post in check.posts if post.phone]
    roles = _roles_by_phone(changing, known)
    for post in changing:
        if post.unit and post.duty:
            await _give(session, personal, actor, post, post.unit, post.duty, known, roles[post.phone], now)
    if changing:
        reason = f"{len(rows)} rows, {len(changing)} changed"
        await audit.record(session, actor, "DUTIES_IMPORTED", "units", now, reason)
    return ImportOutcome(len(rows), len(changing))


def _roles_by_phone(posts: Sequence[Post], known: dict[str, KnownPerson]) -> dict[str, frozenset[int]]:
    """What roles each person needs: those they have, and those of the duties they are given."""
    roles = {phone: person.roles for phone, person in known.items()}
    for post in posts:
        if post.unit and post.duty:
            given = ROLES.get((post.unit.kind, post.duty))
            roles[post.phone] = roles.get(post.phone, frozenset()) | ({given} if given else set())
    return roles


async def _give(
    session: AsyncSession,
    personal: PersonalData,
    actor: Actor,
    post: Post,
    unit: KnownUnit,
    duty: Duty,
    known: dict[str, KnownPerson],
    roles: frozenset[int],
    now: datetime,
) -> None:
    """Have the person on the unit's staff with the roles needed, and give the duty."""
    person = known.get(post.phone)
    if person and person.unit_code and person.roles == roles:
        person_id = await people.staff_by_phone(session, personal, post.phone)
    else:
        draft = StaffDraft(unit.code, roles, post.name, post.phone)
        person_id, _ = await people.put_staff(session, personal, actor, draft, now)
        known[post.phone] = KnownPerson(post.name, unit.code, roles)
    await units.set_duty(session, actor, unit.code, duty, person_id, now)
