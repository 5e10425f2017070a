"""Another WeChat account for the same person: which states follow which, and the time that has to pass."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kit.calendar import BEIJING

# The present account has so long to object before anything changes.
FREEZE = timedelta(hours=24)
LIFE = timedelta(days=7)
BARRED_AFTER_OBJECTION = timedelta(days=7)


class RebindingState(StrEnum):
    ASKED = "ASKED"
    APPROVED = "APPROVED"
    EFFECTED = "EFFECTED"
    OBJECTED = "OBJECTED"
    REFUSED = "REFUSED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


S = RebindingState
OPEN = (S.ASKED, S.APPROVED)
_FOLLOWS: Mapping[RebindingState, frozenset[RebindingState]] = {
    S.ASKED: frozenset({S.APPROVED, S.REFUSED, S.OBJECTED, S.EXPIRED, S.CANCELLED}),
    S.APPROVED: frozenset({S.EFFECTED, S.OBJECTED, S.EXPIRED, S.CANCELLED}),
}


def may_follow(state: RebindingState, then: RebindingState) -> bool:
    return then in _FOLLOWS.get(state, frozenset())


def state_at(state: str, expires_at: datetime, now: datetime) -> RebindingState:
    """The state of a request at a moment: an open one past its time has expired, whether or not that was written down."""
    return S.EXPIRED if state in OPEN and expires_at <= now else S(state)


def takes_effect(state: RebindingState, effective_at: datetime, now: datetime) -> bool:
    return state is S.APPROVED and effective_at <= now


def serial_of(rebinding_id: UUID) -> str:
    """A number for people: the id's last, random part."""
    return f"HB-{rebinding_id.hex[-8:].upper()}"


def told(moment: datetime) -> str:
    """A moment as a refusal tells it."""
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")
