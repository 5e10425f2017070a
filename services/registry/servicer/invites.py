"""InviteService: the code of a first sign-in."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import invite_service_pb2, invite_service_pb2_grpc

from kit.auth import Actor
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.registry.errors import InviteNotFound
from services.registry.personal import PersonalData
from services.registry.queries import enterprises
from services.registry.queries import invites as queries
from services.registry.rules import year_of
from services.registry.service import invites
from services.registry.service.audit import Retry
from services.registry.servicer import encode

pb = invite_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class InviteServicer(invite_service_pb2_grpc.InviteServiceServicer):
    def __init__(self, db: Database, personal: PersonalData, lifetime: timedelta) -> None:
        self.db = db
        self.personal = personal
        self.lifetime = lifetime

    async def CreateInvite(self, request: pb.CreateInviteRequest, context: Context) -> pb.CreateInviteResponse:
        actor, now = actor_of(context), datetime.now(UTC)
        retry = Retry(request.request_id, self.personal.request_mark(fingerprint(request)))
        async with self.db.begin() as session:
            code = await invites.create_invite(
                session, self.personal, actor, UUID(request.enterprise_id), retry, now, self.lifetime
            )
        async with self.db.read() as session:
            found = await queries.invite_of_code(session, self.personal.invite_hash(code))
        if found is None:
            raise InviteNotFound
        return pb.CreateInviteResponse(invite=encode.invite(*found), code=code)

    async def GetInvite(self, request: pb.GetInviteRequest, context: Context) -> pb.GetInviteResponse:
        return pb.GetInviteResponse(invite=await self._live(actor_of(context), UUID(request.enterprise_id)))

    async def RevokeInvite(self, request: pb.RevokeInviteRequest, context: Context) -> pb.RevokeInviteResponse:
        async with self.db.begin() as session:
            await invites.revoke_invite(session, actor_of(context), UUID(request.enterprise_id), datetime.now(UTC))
        return pb.RevokeInviteResponse()

    async def _live(self, actor: Actor, enterprise_id: UUID) -> pb.Invite:
        now = datetime.now(UTC)
        async with self.db.read() as session:
            view = await enterprises.enterprise_view(session, actor, enterprise_id, year_of(now))
            found = await queries.live_invite(session, view.liaison.id, now) if view.liaison else None
        if found is None or view.liaison is None:
            raise InviteNotFound
        return encode.invite(found, view.liaison)
