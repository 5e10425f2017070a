"""Listens to one stream: fetch a batch, let it take effect in one transaction, and only then acknowledge.

A plain acknowledgement is enough: one that gets lost brings the message again, and the inbox knows it. A batch that fails is
taken one by one; an event that fails at its last delivery becomes a dead letter. The bus itself sets no last delivery: it
would count those to a process that died and those during an outage, and then drop in silence what nobody has kept.
"""

import asyncio
import logging
from uuid import NAMESPACE_OID, UUID, uuid5

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from kit import faults
from kit.db import Database, is_outage, with_retries
from kit.errors import Unavailable
from kit.events.bus import header, stream_name
from kit.events.deadletters import bury
from kit.events.handling import Handlers, Handling
from kit.events.outbox import subject_of
from kit.telemetry import DEAD_LETTERS, EVENTS_HANDLED

BATCH = 100
FETCH_SECONDS = 1.0
MAX_DELIVERIES = 8
MAX_UNACKNOWLEDGED = 2000
BACKOFF_SECONDS = (0.2, 1, 2, 5, 10, 30, 60)
OUTAGE_SECONDS = 1.0  # between tries while the database is away, however long that lasts
# What a process held when it died comes again after this. A batch that takes longer comes twice, and the inbox knows it.
ACK_WAIT_SECONDS = 10
# While events come in numbers, this much is waited for more of them: a batch costs little more than a single event.
GATHER_SECONDS = 0.02
STALL_SECONDS = 10
STALLS_UNTIL_EXIT = 3
log = logging.getLogger(__name__)


class Stalled(RuntimeError):
    """The bus holds messages for this consumer and delivers none: the process must end and be started anew."""


class Consumer:
    """A durable listener called `name` on the stream of `source`."""

    def __init__(self, database: Database, stream: JetStreamContext, source: str, name: str, handlers: Handlers) -> None:
        self._database = database
        self._stream = stream
        self._source = source
        self.name = name
        self._handling = Handling(name, handlers)
        self._subjects = sorted(subject_of(event_type, "*") for event_type in handlers)

    async def run(self) -> None:
        """Listen until cancelled. Raises Stalled when resubscribing does not help."""
        stalls = 0
        while stalls < STALLS_UNTIL_EXIT:
            try:
                delivered = await self._listen()
                stalls = 0 if delivered else stalls + 1
            except Exception as error:
                if not (is_outage(error) or isinstance(error, NatsError | TimeoutError | OSError)):
                    raise
            await asyncio.sleep(0.25)
        raise Stalled(self.name)

    async def _listen(self) -> bool:
        """One subscription, until it stalls. True if it delivered anything."""
        subscription = await self._subscribe()
        clock = asyncio.get_running_loop().time
        delivered, idle_since = False, clock()
        while True:
            messages = await _fetched(subscription)
            if not messages:
                if clock() - idle_since > STALL_SECONDS:
                    info = await subscription.consumer_info()
                    if info.num_pending and (info.num_ack_pending or 0) < MAX_UNACKNOWLEDGED:
                        return delivered
                    delivered, idle_since = True, clock()
                continue
            delivered, idle_since = True, clock()
            await self._take(messages)
            if 1 < len(messages) < BATCH:  # a full batch says that more are there already
                await asyncio.sleep(GATHER_SECONDS)

    async def _subscribe(self) -> JetStreamContext.PullSubscription:
        """Bind to the durable consumer; create it, from the first message on, if it is not there."""
        stream = stream_name(self._source)
        config = ConsumerConfig(
            durable_name=self.name,
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=DeliverPolicy.ALL,
            filter_subjects=self._subjects,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=-1,
            max_ack_pending=MAX_UNACKNOWLEDGED,
        )
        try:
            info = await self._stream.consumer_info(stream, self.name)
            known = sorted(info.config.filter_subjects or filter(None, [info.config.filter_subject]))
            if known != self._subjects or info.config.ack_wait != ACK_WAIT_SECONDS:
                await self._stream.add_consumer(stream, config)
        except NotFoundError:
            await self._stream.add_consumer(stream, config)
        return await self._stream.pull_subscribe_bind(durable=self.name, stream=stream)

    async def _take(self, messages: list[Msg]) -> None:
        faults.point("consumer.after_fetch")
        try:
            await self._handle(messages)
        except Exception as error:
            if isinstance(error, Unavailable) or is_outage(error) or len(messages) == 1:
                await self._refuse(messages, error)
                return
            for message in messages:
                await self._take([message])
            return
        faults.point("consumer.before_ack")
        for message in messages:
            await message.ack()

    async def _handle(self, messages: list[Msg]) -> None:
        deliveries = [self._handling.decode(dict(m.headers or {}), m.data) for m in messages]

        async def unit() -> None:
            async with self._database.begin() as session:
                await self._handling.effect(session, deliveries)
                faults.point("consumer.before_commit")

        await with_retries(unit)
        for delivery in deliveries:
            EVENTS_HANDLED.labels(self.name, delivery.type.rpartition(".")[2], "ok").inc()

    async def _refuse(self, messages: list[Msg], error: Exception) -> None:
        """Ask for the messages again later; keep one that fails by itself at its last delivery as a dead letter."""
        outage = isinstance(error, Unavailable) or is_outage(error)
        trace = None if outage else error
        log.warning("%s refused %d message(s): %s", self.name, len(messages), type(error).__name__, exc_info=trace)
        for message in messages:
            count = message.metadata.num_delivered
            if count >= MAX_DELIVERIES and not outage:
                await self._bury(message, error)
            else:
                backoff = OUTAGE_SECONDS if outage else BACKOFF_SECONDS[min(count, len(BACKOFF_SECONDS)) - 1]
                await message.nak(delay=backoff)

    async def _bury(self, message: Msg, error: Exception) -> None:
        headers = dict(message.headers or {})
        event_id = _id_of(message)
        deliveries = message.metadata.num_delivered
        kind = type(error).__name__
        await bury(self._database, self.name, event_id, message.subject, headers, message.data, kind, deliveries)
        DEAD_LETTERS.labels(self.name).inc()
        EVENTS_HANDLED.labels(self.name, header(headers, "ce-type").rpartition(".")[2], "dead").inc()
        await message.term()


async def _fetched(subscription: JetStreamContext.PullSubscription) -> list[Msg]:
    """What comes within a second; nothing is told in two ways, as a timeout and as an empty list."""
    try:
        return await subscription.fetch(BATCH, timeout=FETCH_SECONDS)
    except TimeoutError:
        return []


def _id_of(message: Msg) -> UUID:
    """The event's id; for what is no event of ours, one made from its place in the stream."""
    try:
        return UUID(header(message.headers, "ce-id"))
    except ValueError:
        place = message.metadata
        return uuid5(NAMESPACE_OID, f"{place.stream} {place.sequence.stream} {place.timestamp.isoformat()}")
