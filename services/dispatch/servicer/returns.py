"""ReturnService: sending back, deciding on it, and the receipts."""

from typing import Any

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import return_service_pb2 as rpc
from fahu.dispatch.v1.return_service_pb2_grpc import ReturnServiceServicer

from kit import paging
from kit.auth import Actor
from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.dispatch import protos
from services.dispatch.announcements import stamp
from services.dispatch.models import DemandApproval
from services.dispatch.moves import Course
from services.dispatch.queries import access
from services.dispatch.queries import returns as queries
from services.dispatch.rules import ApprovalState, ReturnReason
from services.dispatch.service import returns
from services.dispatch.servicer.edge import Edge, position


class ReturnServicer(ReturnServiceServicer):
    """See proto/fahu/dispatch/v1/return_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self._edge = Edge(database, course)

    async def AskReturn(self, request: rpc.AskReturnRequest, context: Any) -> rpc.AskReturnResponse:
        reason = ReturnReason(protos.name_of(pb.ReturnReason, "RETURN_REASON", request.reason))
        basis, proposed = request.basis.strip(), request.proposed_unit_code
        return rpc.AskReturnResponse(
            demand=await self._edge.change(
                request.on, request, context, lambda c: returns.ask_return(c, reason, basis, proposed)
            )
        )

    async def DecideReturn(self, request: rpc.DecideReturnRequest, context: Any) -> rpc.DecideReturnResponse:
        approve, unit_code, note = request.approve, request.unit_code, request.note.strip()
        return rpc.DecideReturnResponse(
            demand=await self._edge.change(
                request.on, request, context, lambda c: returns.decide_return(c, approve, unit_code, note)
            )
        )

    async def ListReturns(self, request: rpc.ListReturnsRequest, context: Any) -> rpc.ListReturnsResponse:
        actor = actor_of(context)
        states = [ApprovalState(protos.name_of(pb.ApprovalState, "APPROVAL_STATE", one)) for one in request.states]
        list_id = paging.fingerprint(list="returns", states=sorted(states))
        size = paging.normal_page_size(request.page_size)
        before = position(request.page_token, list_id)
        async with self.db.read() as session:
            rows = await queries.page(session, actor, states, before, size)
        shown = rows[:size]
        more = paging.encode_token(list_id, (shown[-1][0].id,)) if len(rows) > size else ""
        return rpc.ListReturnsResponse(returns=[_return_of(*row, actor=actor) for row in shown], next_page_token=more)


def _return_of(row: DemandApproval, serial: str, *, actor: Actor) -> rpc.Return:
    return rpc.Return(
        id=str(row.id),
        serial=serial,
        unit_code=row.unit_code,
        reason=pb.ReturnReason.Value(f"RETURN_REASON_{row.return_reason}"),
        basis=row.reason,
        proposed_unit_code=row.proposed_unit_code,
        asked_at=stamp(row.asked_at),
        state=pb.ApprovalState.Value(f"APPROVAL_STATE_{row.state}"),
        decided_at=stamp(row.decided_at) if row.decided_at else None,
        note=row.note,
        demand_id=str(row.demand_id) if actor.has(*access.ALL_SEEING) else "",
    )
