"""Notify with its inbox switched off, for the negative control: whatever comes again takes effect again.

The constraint that would mask it, one message for an event and person, is dropped from the control's own database.
"""

import runpy
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import inbox
from services.notify.service import inbox as writing

MASK = "ON CONFLICT (event_id, person_id) DO NOTHING"


async def see_all(session: AsyncSession, consumer: str, ids: Sequence[UUID]) -> set[UUID]:
    """Every sight is a first one."""
    return set(ids)


def main() -> None:
    if MASK not in writing.WRITE:
        raise SystemExit("notify writes its messages otherwise than this control believes")
    inbox.first_sight = see_all
    writing.WRITE = writing.WRITE.replace(MASK, "")
    runpy.run_module("services.notify", run_name="__main__")


if __name__ == "__main__":
    main()
