"""One request that changes something: in whose name, when, and what makes its retry recognisable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.errors import StaleVersion
from services.registry.service import audit
from services.registry.service.audit import Retry


@dataclass(frozen=True, slots=True)
class Errand:
    """The session is the unit of work; nothing here commits. Without a retry, a repetition is a request of its own."""

    session: AsyncSession
    actor: Actor
    now: datetime
    retry: Retry | None = None

    async def is_repeat(self) -> bool:
        return self.retry is not None and await audit.is_repeat(self.session, self.actor, self.retry)

    async def subject(self) -> str:
        """What this very request was about when it took effect before; empty if it did not."""
        return await audit.subject_of(self.session, self.actor, self.retry) if self.retry else ""

    async def record(self, action: str, subject: str, reason: str = "") -> None:
        """The last act."""
        await audit.record(self.session, self.actor, action, subject, self.now, reason, self.retry)

    async def record_all(self, action: str, subjects: Sequence[str]) -> None:
        """The last act, about several things alike."""
        await audit.record_all(self.session, self.actor, action, subjects, self.now, retry=self.retry)


def check_version(present: int, expected: int) -> None:
    if present != expected:
        raise StaleVersion(version=str(present))
