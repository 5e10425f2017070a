"""ExportService: lists as XLSX."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import grpc
from fahu.registry.v1 import enterprise_pb2, export_service_pb2, export_service_pb2_grpc, unit_pb2

from kit.db import Database
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.personal import PersonalData
from services.registry.queries.enterprises import EnterpriseFilter
from services.registry.rules import Level, UnitKind, year_of
from services.registry.service import exports

pb = export_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class ExportServicer(export_service_pb2_grpc.ExportServiceServicer):
    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def ExportEnterprises(
        self, request: pb.ExportEnterprisesRequest, context: Context
    ) -> pb.ExportEnterprisesResponse:
        now = datetime.now(UTC)
        level = Level(enterprise_pb2.Level.Name(request.level).removeprefix("LEVEL_")) if request.level else None
        wanted = EnterpriseFilter(request.year or year_of(now), request.area_code, level, request.text.strip())
        async with self.db.begin() as session:
            rows = await exports.enterprise_rows(session, self.personal, actor_of(context), wanted, now)
        content = await asyncio.to_thread(spreadsheet.write_rows, "联系点", exports.ENTERPRISES, rows)
        return pb.ExportEnterprisesResponse(content=content, row_count=len(rows), year=wanted.year)

    async def ExportUnits(self, request: pb.ExportUnitsRequest, context: Context) -> pb.ExportUnitsResponse:
        kind = UnitKind(unit_pb2.UnitKind.Name(request.kind).removeprefix("UNIT_KIND_")) if request.kind else None
        async with self.db.begin() as session:
            rows = await exports.unit_rows(session, self.personal, actor_of(context), kind, datetime.now(UTC))
        content = await asyncio.to_thread(spreadsheet.write_rows, "单位", exports.UNITS, rows)
        return pb.ExportUnitsResponse(content=content, row_count=len(rows))
