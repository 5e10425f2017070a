"""GuardService: whose a demand is, and who read what lies before a court."""

from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import guard_service_pb2 as rpc
from fahu.dispatch.v1.guard_service_pb2_grpc import GuardServiceServicer

from kit import paging
from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.dispatch.announcements import stamp
from services.dispatch.models import JudicialRead
from services.dispatch.moves import Course
from services.dispatch.queries import reads as queries
from services.dispatch.service import guards
from services.dispatch.servicer.edge import Edge, position


class GuardServicer(GuardServiceServicer):
    """See proto/fahu/dispatch/v1/guard_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self._edge = Edge(database, course)

    async def RevealIdentity(self, request: rpc.RevealIdentityRequest, context: Any) -> rpc.RevealIdentityResponse:
        demand = await self._edge.change(request.on, request, context, guards.reveal_identity)
        return rpc.RevealIdentityResponse(demand=demand)

    async def ListJudicialReads(self, request: rpc.ListJudicialReadsRequest, context: Any) -> rpc.ListJudicialReadsResponse:
        list_id = paging.fingerprint(list="judicial_reads", demand=request.demand_id)
        size, before = paging.normal_page_size(request.page_size), position(request.page_token, list_id)
        wanted = UUID(request.demand_id) if request.demand_id else None
        async with self.db.read() as session:
            rows = await queries.page(session, actor_of(context), wanted, before, size)
        more = paging.encode_token(list_id, (rows[size - 1].JudicialRead.id,)) if len(rows) > size else ""
        return rpc.ListJudicialReadsResponse(reads=[_read(row) for row in rows[:size]], next_page_token=more)


def _read(row: Any) -> rpc.JudicialRead:
    read: JudicialRead = row.JudicialRead
    return rpc.JudicialRead(
        id=str(read.id),
        demand_id=str(read.demand_id),
        serial=row.serial,
        person_id=str(read.person_id),
        unit_code=read.unit_code,
        kind=rpc.ReadKind.Value(f"READ_KIND_{read.kind}"),
        read_at=stamp(read.read_at),
    )
