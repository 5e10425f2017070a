"""Contacts from a file (REG-7): every row is good and all are appointed, or nobody is."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from kit.sheets.rows import SheetRow
from services.registry.models import Enterprise, Liaison
from services.registry.personal import PersonalData
from services.registry.queries import cohorts as cohort_queries
from services.registry.queries import enterprises as queries
from services.registry.rules import year_of
from services.registry.rules.liaison_sheets import Appointment, KnownLiaisons, LiaisonCheck
from services.registry.service import people
from services.registry.service.cohorts import ImportOutcome
from services.registry.service.errands import Errand
from services.registry.service.liaisons import points_changed


async def import_liaisons(errand: Errand, personal: PersonalData, rows: Sequence[SheetRow], dry_run: bool) -> ImportOutcome:
    """Check all rows and, if all are good, appoint who is new in them. The same rows again change nothing."""
    session, check = errand.session, LiaisonCheck(rows)
    enterprises = await queries.enterprises_to_appoint(session, errand.actor, check.usccs, year_of(errand.now))
    contacts = await cohort_queries.contacts(session, personal, {one.id: uscc for uscc, one in enterprises.items()})
    phones = await cohort_queries.phones_in_use(session, personal, check.phones)
    known = KnownLiaisons({uscc: contacts.get(uscc) for uscc in enterprises}, phones)
    await asyncio.to_thread(check.compare, known)
    if check.errors or dry_run:
        return ImportOutcome(len(rows), errors=check.errors)
    if check.new:
        appointed = await _appoint(errand, personal, enterprises, check.new)
        await errand.record_all("LIAISON_APPOINTED", [f"enterprise/{one.id}" for one in appointed])
        told = f"{len(rows)} rows, {len(appointed)} appointed"
        await errand.record("LIAISONS_IMPORTED", f"liaisons/{errand.actor.unit_code or 'all'}", told)
    return ImportOutcome(len(rows), len(check.new))


async def _appoint(
    errand: Errand, personal: PersonalData, enterprises: dict[str, Enterprise], new: Sequence[Appointment]
) -> list[Enterprise]:
    """Write the contacts, and tell whoever keeps copies of the points. Raises PhoneInUse as appointing one does."""
    claimed = await people.claim_people(errand.session, personal, {one.phone: one.name for one in new}, errand.now)
    rows = [
        {
            "id": uuid7(),
            "enterprise_id": enterprises[one.uscc].id,
            "person_id": claimed[one.phone],
            "consented_at": errand.now,
            "consent_version": one.consent_version,
        }
        for one in new
    ]
    await errand.session.execute(insert(Liaison), rows)
    changed = [enterprises[one.uscc] for one in new]
    by_enterprise = {enterprises[one.uscc].id: claimed[one.phone] for one in new}
    await points_changed(errand.session, changed, by_enterprise)
    return changed
