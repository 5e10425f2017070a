"""Live updates: who listens to which inbox, and the stream of server-sent events that one connection reads.

One subscription on the bus for each person, shared by the person's streams. What a stream misses while the bus or the
connection is away is not sent again: an event says "look", the inbox itself is read over REST.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from fahu.notify.v1.events_pb2 import InboxChanged
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.gateway.errors import TooManyStreams

SUBJECT = "fahu.live.inbox_changed."
HEARTBEAT_SECONDS = 15.0
SEND_SECONDS = 30.0
MOST_STREAMS = 5
MOST_WAITING = 100
RECONNECT_MILLISECONDS = 2_000
RETRY_AFTER_SECONDS = 30

Queue = asyncio.Queue[bytes | None]


class Streams:
    """All open streams of this process."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._queues: dict[str, set[Queue]] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._subscribing = asyncio.Lock()
        self._stopped = False

    @contextmanager
    def place(self, person_id: str) -> Iterator[Queue]:
        """A place to listen from while the block runs. Raises TooManyStreams when a person has five."""
        queues = self._queues.setdefault(person_id, set())
        if len(queues) >= MOST_STREAMS:
            raise TooManyStreams(RETRY_AFTER_SECONDS)
        queue: Queue = asyncio.Queue(MOST_WAITING)
        queues.add(queue)
        if self._stopped:
            _put(queue, None)
        try:
            yield queue
        finally:
            queues.discard(queue)
            if not queues and self._queues.get(person_id) is queues:
                del self._queues[person_id]

    async def keep(self) -> None:
        """Subscribe for those who listen, unsubscribe for those who left.

        The client drops what is subscribed before its first connection and renews it at every later one.
        """
        async with self._subscribing:
            if not self._client.is_connected:
                return
            for person_id in self._queues.keys() - self._subscriptions.keys():
                self._subscriptions[person_id] = await self._client.subscribe(SUBJECT + person_id, cb=self._on_message)
            for person_id in self._subscriptions.keys() - self._queues.keys():
                await self._subscriptions.pop(person_id).unsubscribe()

    async def _on_message(self, message: Msg) -> None:
        event = _event(InboxChanged.FromString(message.data))
        for queue in self._queues.get(message.subject.removeprefix(SUBJECT), ()):
            _put(queue, event)

    def end(self, person_id: str) -> None:
        """End a person's streams: access was revoked. Whoever still has a good token connects again."""
        for queue in self._queues.get(person_id, ()):
            _put(queue, None)

    def stop(self) -> None:
        """End all streams, also those that come after."""
        self._stopped = True
        for person_id in self._queues:
            self.end(person_id)


class EventStream(Response):
    """The answer to one listener: events, a heartbeat, and an end when the token expires."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, person_id: str, until: datetime) -> None:
        super().__init__(headers={"x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._streams = streams
        self._person_id = person_id
        self._until = until.timestamp()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.place(self._person_id) as queue, suppress(TimeoutError):
            await self._streams.keep()
            watcher = asyncio.create_task(_watch(receive, queue))
            try:
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                async for chunk in self._chunks(queue):
                    async with asyncio.timeout(SEND_SECONDS):
                        await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
            finally:
                watcher.cancel()

    async def _chunks(self, queue: Queue) -> AsyncIterator[bytes]:
        yield format_sse_event(retry=RECONNECT_MILLISECONDS)
        while (left := self._until - time.time()) > 0:
            try:
                async with asyncio.timeout(min(left, HEARTBEAT_SECONDS)):
                    event = await queue.get()
            except TimeoutError:
                yield KEEPALIVE_COMMENT
                continue
            if event is None:
                return
            yield event


async def _watch(receive: Receive, queue: Queue) -> None:
    """End the stream of a listener who left."""
    while (await receive())["type"] != "http.disconnect":
        pass
    _put(queue, None)


def _put(queue: Queue, event: bytes | None) -> None:
    """Hand an event over. A listener too slow for its queue is better off connecting again."""
    if queue.full():
        while not queue.empty():
            queue.get_nowait()
        event = None
    queue.put_nowait(event)


def _event(changed: InboxChanged) -> bytes:
    data = {
        "notification_id": changed.notification_id,
        "kind": changed.kind,
        "subject_id": changed.subject_id,
        "subject_version": changed.subject_version,
    }
    return format_sse_event(event="notification", data_str=json.dumps(data), id=changed.notification_id)
