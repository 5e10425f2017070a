"""DutyService: leaders and contacts of units from a file, and where somebody is missing."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import grpc
from fahu.registry.v1 import duty_service_pb2, duty_service_pb2_grpc, unit_pb2

from kit.db import Database
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.personal import PersonalData
from services.registry.queries import duties as queries
from services.registry.rules.duties import FILE
from services.registry.service import duties
from services.registry.servicer import encode

pb = duty_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class DutyServicer(duty_service_pb2_grpc.DutyServiceServicer):
    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def ListDutyGaps(self, request: pb.ListDutyGapsRequest, context: Context) -> pb.ListDutyGapsResponse:
        async with self.db.read() as session:
            gaps, unit_count = await queries.duty_gaps(session)
        found = [
            pb.DutyGap(
                unit_code=gap.unit.code,
                unit_name=gap.unit.name,
                kind=unit_pb2.UnitKind.Value(f"UNIT_KIND_{gap.unit.kind}"),
                area_code=gap.unit.area_code or "",
                missing=[unit_pb2.Duty.Value(f"DUTY_{duty}") for duty in gap.missing],
            )
            for gap in gaps
        ]
        return pb.ListDutyGapsResponse(gaps=found, unit_count=unit_count)

    async def ImportDuties(self, request: pb.ImportDutiesRequest, context: Context) -> pb.ImportDutiesResponse:
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, FILE)
        async with self.db.begin() as session:
            outcome = await duties.import_duties(
                session, self.personal, actor_of(context), rows, datetime.now(UTC), request.dry_run
            )
        errors = [encode.import_error(error) for error in outcome.errors]
        return pb.ImportDutiesResponse(row_count=outcome.row_count, created_count=outcome.created_count, errors=errors)
