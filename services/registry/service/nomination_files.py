"""Nominations of an area from a file: every row is good and all are handed in, or nothing is."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from kit.sheets.rows import SheetRow
from services.registry.errors import NominationExists, NominationWrongArea
from services.registry.models import Enterprise, EnterpriseYear, Nomination
from services.registry.queries import cohort_years
from services.registry.queries import nominations as queries
from services.registry.rules.cohort_years import HANDING_IN
from services.registry.rules.cohorts import NAME, USCC
from services.registry.rules.nominations import Check, NominationDraft, NominationRowReason, NominationState
from services.registry.service import audit, newcomers
from services.registry.service.cohorts import ImportOutcome
from services.registry.service.errands import Errand
from services.registry.service.nominations import area_of, cohort_for, move, new

Known = Mapping[str, tuple[Enterprise, str]]


async def import_nominations(errand: Errand, year: int, rows: Sequence[SheetRow], dry_run: bool) -> ImportOutcome:
    """Check all rows and, if all are good, hand them in. A draft of the area for one of the enterprises is written anew.

    One import at a time, so that whoever sends a file twice at once is told of the second that it is handed in already.
    """
    check = Check()
    await asyncio.to_thread(check.read, rows)
    area = area_of(errand)
    await cohort_years.lock_lists(errand.session)
    await cohort_for(errand, year, HANDING_IN)
    codes = [draft.uscc for _, draft in check.drafts if draft.uscc]
    known, standing = await queries.known_by_code(errand.session, year, codes)
    check.compare(_contradictions(check.drafts, known, standing, area))
    if check.errors or dry_run:
        return ImportOutcome(len(rows), errors=check.errors)
    enterprises = await _write_enterprises(errand, year, area, [draft for _, draft in check.drafts], known)
    for _, draft in check.drafts:
        _hand_in(errand, year, area, enterprises[draft.uscc], draft, standing)
    await _write(errand)
    await audit.record(errand.session, errand.actor, "NOMINATIONS_IMPORTED", f"cohort/{year}/{area}", errand.now)
    return ImportOutcome(len(rows), len(check.drafts))


def _contradictions(
    drafts: Sequence[tuple[int, NominationDraft]], known: Known, standing: Mapping[UUID, Nomination], area: str
) -> Iterator[tuple[int, str, NominationRowReason]]:
    for row, draft in drafts:
        if not draft.uscc:
            continue
        if draft.uscc not in known:
            if not draft.name:
                yield row, NAME, NominationRowReason.NAME_MISSING
            continue
        enterprise, place = known[draft.uscc]
        nominated = standing.get(enterprise.id)
        if place and place != area:
            yield row, USCC, NominationRowReason.NOMINATION_WRONG_AREA
        elif nominated and nominated.state != NominationState.DRAFT:
            yield row, USCC, NominationRowReason.NOMINATION_EXISTS
        if draft.name and draft.name != enterprise.name:
            yield row, NAME, NominationRowReason.ENTERPRISE_NAME_DIFFERS


async def _write_enterprises(
    errand: Errand, year: int, area: str, drafts: Sequence[NominationDraft], known: Known
) -> dict[str, UUID]:
    """Ids by code; those that were not known are made known, and all are in the area in the year."""
    names = {draft.uscc: draft.name for draft in drafts if draft.uscc not in known}
    await newcomers.make_known(errand.session, names, errand.now)
    ids = await queries.ids_by_code(errand.session, [draft.uscc for draft in drafts])
    places = [{"enterprise_id": ids[draft.uscc], "year": year, "area_code": area} for draft in drafts]
    await errand.session.execute(upsert(EnterpriseYear).on_conflict_do_nothing(), places)
    return ids


async def _write(errand: Errand) -> None:
    """Raises NominationExists or NominationWrongArea where an enterprise of the file was nominated since it was compared."""
    try:
        await errand.session.flush()
    except IntegrityError as error:
        if constraint_of(error) == "uq_nomination_standing":
            raise NominationExists from error
        if constraint_of(error) == "fk_nomination_place":
            raise NominationWrongArea from error
        raise


def _hand_in(
    errand: Errand, year: int, area: str, enterprise_id: UUID, draft: NominationDraft, standing: Mapping[UUID, Nomination]
) -> None:
    nomination = standing.get(enterprise_id)
    if nomination is None:
        nomination = new(errand, year, enterprise_id, area, draft)
        errand.session.add(nomination)
    nomination.level, nomination.nominator, nomination.reason = draft.level, draft.nominator, draft.reason
    move(nomination, NominationState.SUBMITTED, errand)
