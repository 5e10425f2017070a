"""RebindingService: another WeChat account for somebody on the roster."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import account_pb2, rebinding_service_pb2, rebinding_service_pb2_grpc

from kit.auth import Actor
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.registry.personal import PersonalData
from services.registry.queries import rebindings as queries
from services.registry.rules import year_of
from services.registry.rules.rebindings import RebindingState
from services.registry.service import rebindings
from services.registry.service.audit import Retry
from services.registry.servicer import encode

pb = rebinding_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class RebindingServicer(rebinding_service_pb2_grpc.RebindingServiceServicer):
    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def AskRebinding(self, request: pb.AskRebindingRequest, context: Context) -> pb.AskRebindingResponse:
        now = datetime.now(UTC)
        async with self.db.begin() as session:
            found = await rebindings.ask(session, self.personal, request.openid, request.phone, now)
        return pb.AskRebindingResponse(
            state=encode.rebinding_state(found, now),
            asked_at=encode.moment(found.asked_at),
            effective_at=encode.moment(found.effective_at),
            expires_at=encode.moment(found.expires_at),
        )

    async def GetOwnRebinding(self, request: pb.GetOwnRebindingRequest, context: Context) -> pb.GetOwnRebindingResponse:
        now = datetime.now(UTC)
        async with self.db.read() as session:
            view = await queries.own_view(session, actor_of(context).person_id, now)
        return pb.GetOwnRebindingResponse(rebinding=encode.rebinding(view, self.personal, now))

    async def ObjectRebinding(self, request: pb.ObjectRebindingRequest, context: Context) -> pb.ObjectRebindingResponse:
        retry = Retry(request.request_id, self.personal.request_mark(fingerprint(request)))
        async with self.db.begin() as session:
            await rebindings.object_to_own(session, actor_of(context), retry, datetime.now(UTC))
        return pb.ObjectRebindingResponse()

    async def ListRebindings(self, request: pb.ListRebindingsRequest, context: Context) -> pb.ListRebindingsResponse:
        now, state = datetime.now(UTC), None
        if request.state:
            name = account_pb2.RebindingState.Name(request.state)
            state = RebindingState(name.removeprefix("REBINDING_STATE_"))
        async with self.db.read() as session:
            views, token = await queries.rebindings_page(
                session, actor_of(context), year_of(now), state, now, request.page_size, request.page_token
            )
        found = [encode.rebinding(view, self.personal, now) for view in views]
        return pb.ListRebindingsResponse(rebindings=found, next_page_token=token)

    async def GetRebinding(self, request: pb.GetRebindingRequest, context: Context) -> pb.GetRebindingResponse:
        return pb.GetRebindingResponse(rebinding=await self._one(actor_of(context), UUID(request.rebinding_id)))

    async def DecideRebinding(self, request: pb.DecideRebindingRequest, context: Context) -> pb.DecideRebindingResponse:
        actor, rebinding_id, now = actor_of(context), UUID(request.rebinding_id), datetime.now(UTC)
        retry = Retry(request.request_id, self.personal.request_mark(fingerprint(request)))
        async with self.db.begin() as session:
            note, version = request.note, request.expected_version
            await rebindings.decide(session, actor, rebinding_id, request.approve, note, version, retry, now)
        return pb.DecideRebindingResponse(rebinding=await self._one(actor, rebinding_id))

    async def _one(self, actor: Actor, rebinding_id: UUID) -> pb.Rebinding:
        now = datetime.now(UTC)
        async with self.db.read() as session:
            view = await queries.rebinding_view(session, actor, rebinding_id, year_of(now))
        return encode.rebinding(view, self.personal, now)
