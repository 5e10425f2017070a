"""One request to change something: whose, when, and what makes its retry recognisable."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.registry.models import AuditRow
from services.registry.service import audit
from services.registry.service.audit import Retry


@dataclass(frozen=True, slots=True)
class Errand:
    """The session is the unit of work; nothing here commits."""

    session: AsyncSession
    actor: Actor
    now: datetime
    retry: Retry | None = None

    async def served(self) -> bool:
        """Whether this very request took effect before."""
        return self.retry is not None and await audit.is_repeat(self.session, self.actor, self.retry)

    async def subject(self) -> str:
        """What the request took effect on, when it did: for what a creation made."""
        request_id = self.retry.request_id if self.retry else None
        mine = (AuditRow.actor == self.actor.subject, AuditRow.request_id == request_id)
        return await self.session.scalar(select(AuditRow.subject).where(*mine)) or ""

    async def record(self, action: str, subject: str, reason: str = "") -> None:
        """The last act of a use case."""
        await audit.record(self.session, self.actor, action, subject, self.now, reason, self.retry)
