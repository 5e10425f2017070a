"""Clients who book, wait, accept, give up and come back, all at once and for the same seats."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID, uuid4

import grpc
from fahu.courses.v1 import booking_service_pb2 as rpc
from fahu.courses.v1 import lecture_pb2 as pb
from fahu.courses.v1.booking_service_pb2_grpc import BookingServiceStub

from tests.race.halls import Client

SECONDS = 10.0
PATIENCE = 60
AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
# Another request of the same client, or the clock, was faster: the client looks again.
OVERTAKEN = (grpc.StatusCode.ABORTED, grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.ALREADY_EXISTS)


@dataclass
class Counts:
    """What a crowd did."""

    requests: int = 0
    booked: int = 0
    cancelled: int = 0
    accepted: int = 0
    repeated: int = 0


class Crowd:
    """All clients of one race at a time, speaking to every replica."""

    def __init__(self, targets: Sequence[str], clients: Sequence[Client], seed: int) -> None:
        self._channels = [grpc.aio.insecure_channel(target) for target in targets]
        self._stubs = [BookingServiceStub(channel) for channel in self._channels]
        self.clients = clients
        self.random = random.Random(seed)
        self.counts = Counts()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for channel in self._channels:
            await channel.close()

    async def race(self, lecture_id: UUID, requests: int) -> None:
        """All clients at once, until so many requests are sent."""
        for client in self.clients:
            client.sign_in()
        budget = Budget(requests)
        await asyncio.gather(*(Racer(self, client, lecture_id, budget).run() for client in self.clients))

    async def accept_all(self, lecture_id: UUID) -> None:
        """Whoever has an offer takes it."""
        await asyncio.gather(*(self._accept(client, lecture_id) for client in self.clients))

    async def _accept(self, client: Client, lecture_id: UUID) -> None:
        request = rpc.ListBookingsRequest(lecture_id=str(lecture_id), state=pb.BOOKING_STATE_OFFERED)
        for booking in (await self.ask(client, "ListBookings", request)).bookings:
            await self.ask(client, "AcceptOffer", rpc.AcceptOfferRequest(on=on(booking)))

    async def ask(self, client: Client, name: str, request: Any) -> Any:
        """Ask any replica, and another where one is away: the request is the same, so it has its effect once."""
        for attempt in range(PATIENCE):
            try:
                call = getattr(self.random.choice(self._stubs), name)
                return await call(request, timeout=SECONDS, metadata=(("authorization", f"Bearer {client.token}"),))
            except grpc.aio.AioRpcError as error:
                if error.code() in OVERTAKEN:
                    return None
                if error.code() not in AWAY or attempt + 1 == PATIENCE:
                    raise
                self.counts.repeated += 1
                await asyncio.sleep(0.1)
        return None


@dataclass
class Budget:
    """Requests that a race has left."""

    left: int

    def take(self) -> bool:
        self.left -= 1
        return self.left >= 0


@dataclass
class Racer:
    """One client in one race: it goes by what it was last told of its booking."""

    crowd: Crowd
    client: Client
    lecture_id: UUID
    budget: Budget
    booking: Any = None

    async def run(self) -> None:
        while self.budget.take():
            self.crowd.counts.requests += 1
            await self._step()

    async def _step(self) -> None:
        chance, state = self.crowd.random.random(), self.booking.state if self.booking else None
        if state == pb.BOOKING_STATE_CONFIRMED and chance < 0.5:
            await self._give_up()
        elif state == pb.BOOKING_STATE_OFFERED and chance < 0.6:
            await self._accept()
        elif (state == pb.BOOKING_STATE_OFFERED and chance < 0.75) or (state == pb.BOOKING_STATE_WAITING and chance < 0.15):
            await self._give_up()
        elif state in (pb.BOOKING_STATE_CONFIRMED, pb.BOOKING_STATE_OFFERED, pb.BOOKING_STATE_WAITING):
            await self._look()
        else:
            await self._book()

    async def _book(self) -> None:
        heads = 1 if self.crowd.random.random() < 0.7 else 2
        request = rpc.BookLectureRequest(lecture_id=str(self.lecture_id), heads=heads, request_id=uuid4().hex)
        answer = await self.crowd.ask(self.client, "BookLecture", request)
        self.booking = answer.booking if answer else None
        self.crowd.counts.booked += bool(answer)

    async def _give_up(self) -> None:
        answer = await self.crowd.ask(self.client, "CancelBooking", rpc.CancelBookingRequest(on=on(self.booking)))
        self.crowd.counts.cancelled += bool(answer)
        await self._told(answer)

    async def _accept(self) -> None:
        answer = await self.crowd.ask(self.client, "AcceptOffer", rpc.AcceptOfferRequest(on=on(self.booking)))
        self.crowd.counts.accepted += bool(answer)
        await self._told(answer)

    async def _look(self) -> None:
        await self._told(await self.crowd.ask(self.client, "GetBooking", rpc.GetBookingRequest(booking_id=self.booking.id)))

    async def _told(self, answer: Any) -> None:
        if answer is None:  # overtaken: look what it has become
            answer = await self.crowd.ask(self.client, "GetBooking", rpc.GetBookingRequest(booking_id=self.booking.id))
        self.booking = answer.booking


def on(booking: Any) -> rpc.BookingPrecondition:
    return rpc.BookingPrecondition(booking_id=booking.id, expected_version=booking.version, request_id=uuid4().hex)
