"""What guards a matter before a court, and who its enterprise is (demand-lifecycle: conflict, shield, judicial guard).

Whoever is of neither court nor procuratorate says nothing on how such a matter is handled, and leaves a trace when
reading it (中办发〔2015〕23号, 中政委〔2015〕10号). Which agency may have a part in a demand stands in agencies.py.
"""

from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import errors, rules
from services.dispatch.models import JudicialRead
from services.dispatch.rules import Action, ReadKind, ReplyKind
from services.dispatch.service.change import Change, move


def is_outsider(change: Change) -> bool:
    """Whether this is a matter before a court, and the actor of neither court nor procuratorate."""
    return bool(change.row["judicial"]) and change.actor.unit_code not in rules.COURTS


def check_hands_off(change: Change) -> None:
    """Raise JudicialMatter for what no outsider does."""
    if is_outsider(change):
        raise errors.JudicialMatter


def check_silent(change: Change, words: str) -> None:
    """What an outsider does without a word to whoever handles it."""
    if words:
        check_hands_off(change)


def check_assent(change: Change, approve: bool, note: str) -> None:
    """An outsider may say yes to what court or procuratorate ask for. A no, or words with it, would direct them."""
    if note or not approve:
        check_hands_off(change)


def check_reply(change: Change, kind: ReplyKind) -> None:
    """The centre names the proper channel, and says nothing to the matter itself."""
    if kind is ReplyKind.DIRECT:
        check_hands_off(change)


async def reveal_identity(change: Change) -> None:
    """Let agencies know whose it is, as its enterprise wishes."""
    rules.check_move(Action.REVEAL, change.state)
    if not change.row["shielded"]:
        raise errors.DemandWrongState(state=change.state, action=Action.REVEAL)
    await move(change, Action.REVEAL, change.act(), {"shielded": False})


def leaves_trace(actor: Actor) -> bool:
    """Whether the actor's reads are written down: all but those of enterprises' contacts, and of court and procuratorate.

    Officers of towns and parks read as enterprises do, but are staff.
    """
    return not actor.roles <= rules.LIAISON and actor.unit_code not in rules.COURTS


def note_read(session: AsyncSession, actor: Actor, demand_id: UUID, kind: ReadKind, now: datetime) -> None:
    """Write down that somebody reads a demand before a court, if such reads of theirs are."""
    if not leaves_trace(actor):
        return
    row = JudicialRead(
        id=uuid_utils.compat.uuid7(),
        demand_id=demand_id,
        person_id=actor.person_id,
        unit_code=actor.unit_code,
        kind=kind,
        read_at=now,
    )
    session.add(row)
