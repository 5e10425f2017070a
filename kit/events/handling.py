"""From messages to effects: decode, book in the inbox, hand to the handlers. Dead letters go the same way."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit import faults
from kit.context import CallContext, enter_call, new_request_id
from kit.events import inbox
from kit.events.bus import header


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event as it arrived. `event` is the decoded message, `aggregate_id` and `version` say what it is about."""

    id: UUID
    type: str
    event: Any
    at: datetime
    aggregate_id: str
    version: int
    request_id: str


Handler = Callable[[AsyncSession, Sequence[Delivery]], Awaitable[None]]
Handlers = Mapping[type[Message], Handler]


class Handling:
    """The handlers of one consumer. Each gets consecutive events of its types, in order, each event once."""

    def __init__(self, consumer: str, handlers: Handlers) -> None:
        self.consumer = consumer
        self._by_type = {kind.DESCRIPTOR.full_name: (kind, handler) for kind, handler in handlers.items()}

    def decode(self, headers: dict[str, str], payload: bytes) -> Delivery:
        """Read one message. Raises KeyError, ValueError or DecodeError for one that is none of ours."""
        kind = header(headers, "ce-type")
        return Delivery(
            id=UUID(header(headers, "ce-id")),
            type=kind,
            event=self._by_type[kind][0].FromString(payload),
            at=datetime.fromisoformat(header(headers, "ce-time")),
            aggregate_id=header(headers, "ce-subject"),
            version=int(header(headers, "ce-version")),
            request_id=header(headers, "x-request-id") or new_request_id(),
        )

    async def effect(self, session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        """Book the deliveries and let the handlers work on those not seen before, in the session's transaction."""
        fresh = await inbox.first_sight(session, self.consumer, [delivery.id for delivery in deliveries])
        faults.point("consumer.after_inbox")
        new: list[Delivery] = []
        for delivery in deliveries:
            if delivery.id in fresh:
                fresh.discard(delivery.id)
                new.append(delivery)
        # By handler, not by type: one that takes several types gets what alternates between them at once.
        for handler, run in groupby(new, key=lambda delivery: self._by_type[delivery.type][1]):
            batch = list(run)
            enter_call(CallContext(batch[0].request_id))
            await handler(session, batch)
