"""The one contact of an enterprise (REG-7): with consent, replaced in one transaction, or leaving by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.errors import StaleVersion
from services.registry.errors import LiaisonConsentMissing, LiaisonExists, LiaisonNotFound, PhoneInvalid
from services.registry.models import Enterprise, Liaison
from services.registry.personal import PersonalData
from services.registry.queries import enterprises as queries
from services.registry.queries import liaisons as history
from services.registry.rules import normal_phone, year_of
from services.registry.service import audit, events, invites, people, rebindings, service_records, sessions
from services.registry.service.audit import Retry


@dataclass(frozen=True, slots=True)
class LiaisonDraft:
    """Who shall be the contact. `consent_version` names the text that the person agreed to."""

    name: str
    phone: str
    consented: bool
    consent_version: str


async def appoint_liaison(
    session: AsyncSession,
    personal: PersonalData,
    actor: Actor,
    enterprise_id: UUID,
    draft: LiaisonDraft,
    retry: Retry,
    now: datetime,
) -> None:
    """Appoint the contact of an enterprise that has none; of two at once the second learns that there is one."""
    enterprise = await queries.enterprise_to_appoint(session, actor, enterprise_id, year_of(now))
    if await audit.is_repeat(session, actor, retry):
        return
    if await queries.active_liaison(session, enterprise.id):
        raise LiaisonExists
    await _appoint(session, personal, enterprise, draft, now)
    await audit.record(session, actor, "LIAISON_APPOINTED", f"enterprise/{enterprise.id}", now, retry=retry)


async def replace_liaison(
    session: AsyncSession,
    personal: PersonalData,
    actor: Actor,
    enterprise_id: UUID,
    draft: LiaisonDraft,
    reason: str,
    expected_version: int,
    retry: Retry,
    now: datetime,
) -> None:
    """End the present contact and appoint another. The old one's sessions and tokens are void from this moment."""
    enterprise = await queries.enterprise_to_appoint(session, actor, enterprise_id, year_of(now))
    if await audit.is_repeat(session, actor, retry):
        return
    if enterprise.version != expected_version:
        raise StaleVersion(version=str(enterprise.version))
    old = await queries.active_liaison(session, enterprise.id)
    if old is None:
        raise LiaisonNotFound
    await _end(session, old, reason, now)
    await _appoint(session, personal, enterprise, draft, now)
    await _shut_out(session, old, now)
    await audit.record(session, actor, "LIAISON_REPLACED", f"enterprise/{enterprise.id}", now, reason, retry)


async def resign(session: AsyncSession, actor: Actor, reason: str, retry: Retry, now: datetime) -> None:
    """A contact leaves by themselves, at once. Whoever may appoint another is told."""
    found = await history.own_enterprise_for_update(session, actor, year_of(now))
    if await audit.is_repeat(session, actor, retry):
        return
    own = await queries.active_liaison(session, found[0].id) if found else None
    if found is None or own is None or own.person_id != actor.person_id:  # it may have ended while this waited
        raise LiaisonNotFound
    enterprise, area_code = found
    await _end(session, own, reason, now)
    await points_changed(session, [enterprise], {enterprise.id: None})
    await events.liaison_resigned(session, enterprise, area_code)
    await _shut_out(session, own, now)
    await audit.record(session, actor, "LIAISON_RESIGNED", f"enterprise/{enterprise.id}", now, reason, retry)


async def _end(session: AsyncSession, old: Liaison, reason: str, now: datetime) -> None:
    old.ended_at, old.end_reason = max(now, old.consented_at), reason
    await session.flush()


async def _shut_out(session: AsyncSession, old: Liaison, now: datetime) -> None:
    """Whoever is contact no more: sessions, tokens, the invite, the request for another WeChat account and what they were
    asked end.
    """
    await sessions.shut_out(session, old.person_id)
    await invites.end_invites(session, old.id, now)
    await rebindings.cancel_open(session, old.person_id, now)
    await service_records.forget_asked(session, old.enterprise_id, now)


async def _appoint(
    session: AsyncSession, personal: PersonalData, enterprise: Enterprise, draft: LiaisonDraft, now: datetime
) -> None:
    if not draft.consented:
        raise LiaisonConsentMissing
    phone = normal_phone(draft.phone)
    if phone is None:
        raise PhoneInvalid
    person_id = await people.claim_person(session, personal, draft.name, phone, now)
    session.add(
        Liaison(
            id=uuid7(),
            enterprise_id=enterprise.id,
            person_id=person_id,
            consented_at=now,
            consent_version=draft.consent_version,
        )
    )
    await points_changed(session, [enterprise], {enterprise.id: person_id})


async def points_changed(
    session: AsyncSession, enterprises: Sequence[Enterprise], liaisons: Mapping[UUID, UUID | None]
) -> None:
    """Count up the versions of enterprises and of all their active designations, and tell each designation."""
    by_id = {enterprise.id: enterprise for enterprise in enterprises}
    for enterprise in enterprises:
        enterprise.version += 1
    for designation in await queries.designations_of(session, list(by_id)):
        designation.version += 1
        events.point_changed(session, designation, by_id[designation.enterprise_id], liaisons[designation.enterprise_id])
