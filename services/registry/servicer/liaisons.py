"""LiaisonService: who is and was the contact of an enterprise, and leaving by oneself."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import liaison_service_pb2, liaison_service_pb2_grpc

from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.personal import PersonalData
from services.registry.queries import liaisons as queries
from services.registry.rules import year_of
from services.registry.rules.liaison_sheets import FILE
from services.registry.service import liaison_sheets, liaisons
from services.registry.service.audit import Retry
from services.registry.service.errands import Errand
from services.registry.servicer import encode

pb = liaison_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class LiaisonServicer(liaison_service_pb2_grpc.LiaisonServiceServicer):
    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def ListLiaisons(self, request: pb.ListLiaisonsRequest, context: Context) -> pb.ListLiaisonsResponse:
        actor, year = actor_of(context), year_of(datetime.now(UTC))
        async with self.db.read() as session:
            found, token = await queries.liaisons_page(
                session, actor, UUID(request.enterprise_id), year, request.page_size, request.page_token
            )
        periods = [encode.liaison_period(liaison, person, self.personal, actor) for liaison, person in found]
        return pb.ListLiaisonsResponse(liaisons=periods, next_page_token=token)

    async def ImportLiaisons(self, request: pb.ImportLiaisonsRequest, context: Context) -> pb.ImportLiaisonsResponse:
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, FILE)
        async with self.db.begin() as session:
            errand = Errand(session, actor_of(context), datetime.now(UTC))
            outcome = await liaison_sheets.import_liaisons(errand, self.personal, rows, request.dry_run)
        errors = [encode.import_error(error) for error in outcome.errors]
        return pb.ImportLiaisonsResponse(row_count=outcome.row_count, created_count=outcome.created_count, errors=errors)

    async def ResignLiaison(self, request: pb.ResignLiaisonRequest, context: Context) -> pb.ResignLiaisonResponse:
        retry = Retry(request.request_id, self.personal.request_mark(fingerprint(request)))
        async with self.db.begin() as session:
            await liaisons.resign(session, actor_of(context), request.reason, retry, datetime.now(UTC))
        return pb.ResignLiaisonResponse()
