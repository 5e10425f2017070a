"""One request that changes something: in whose name, when, and what makes its retry recognisable."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from kit.auth import Actor
from kit.errors import StaleVersion
from kit.idempotency import check_same
from services.courses.models import Act


@dataclass(frozen=True, slots=True)
class Errand:
    """The session is the unit of work. `mark` is the fingerprint of the request; one without an id cannot be repeated."""

    session: AsyncSession
    actor: Actor
    now: datetime
    request_id: str = ""
    mark: bytes = b""

    async def subject(self) -> str:
        """What this very request was about when it took effect before; empty if it did not.

        Raises IdempotencyKeyReused if its id took effect with other content.
        """
        if not self.request_id:
            return ""
        mine = (Act.actor == self.actor.subject, Act.request_id == self.request_id)
        found = (await self.session.execute(select(Act.mark, Act.subject).where(*mine))).first()
        if found is None:
            return ""
        check_same(found.mark, self.mark)
        return str(found.subject)

    async def is_repeat(self) -> bool:
        return bool(await self.subject())

    async def record(self, action: str, subject: str, reason: str = "") -> None:
        """Write down what was done. Of two requests with one id at once, the second fails here."""
        act = Act(
            id=uuid7(),
            at=self.now,
            actor=self.actor.subject,
            action=action,
            subject=subject,
            reason=reason,
            request_id=self.request_id or None,
            mark=self.mark or None,
        )
        self.session.add(act)
        await self.session.flush()


def check_version(present: int, expected: int) -> None:
    if present != expected:
        raise StaleVersion(version=str(present))
