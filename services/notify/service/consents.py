"""What people agreed to: each tap one message."""

from collections.abc import Collection, Sequence
from datetime import datetime

import uuid_utils.compat
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.idempotency import check_same
from services.notify import errors, queries
from services.notify.models import Consent


async def record_consent(
    session: AsyncSession,
    actor: Actor,
    template_ids: Sequence[str],
    known: Collection[str],
    request_id: str,
    request_hash: bytes,
    now: datetime,
) -> None:
    """Book one consent for each template; a retry of the same request books nothing more."""
    for template_id in template_ids:
        if template_id not in known:
            raise errors.TemplateUnknown(template_id=template_id)
    rows = [
        {
            "id": uuid_utils.compat.uuid7(),
            "person_id": actor.person_id,
            "template_id": template_id,
            "granted_at": now,
            "request_id": request_id,
            "request_hash": request_hash,
            "position": position,
        }
        for position, template_id in enumerate(template_ids)
    ]
    await session.execute(insert(Consent).values(rows).on_conflict_do_nothing())
    for stored in await queries.request_hashes(session, actor, request_id):
        check_same(stored, request_hash)
