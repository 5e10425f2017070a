"""DispatchService: taking demands in, reading them, and the plain moves."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1.dispatch_service_pb2_grpc import DispatchServiceServicer

from kit import faults, paging
from kit.coalesce import Coalescer
from kit.context import current_call
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.dispatch import protos, rules
from services.dispatch.moves import Course
from services.dispatch.queries import demands as demand_queries
from services.dispatch.queries import reference as reference_queries
from services.dispatch.rules import ReadKind
from services.dispatch.service import demands, handling
from services.dispatch.service.intake import Outcome, Submission, Submitted, submit_demands
from services.dispatch.servicer.edge import Edge, lines_of, note_read, now, position, whole


class DispatchServicer(DispatchServiceServicer):
    """See proto/fahu/dispatch/v1/dispatch_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course
        self._edge = Edge(database, course)
        self._submit: Coalescer[Submission, Submitted | UUID] = Coalescer(self._submit_batch)

    async def ListCategories(self, request: rpc.ListCategoriesRequest, context: Any) -> rpc.ListCategoriesResponse:
        async with self.db.read() as session:
            found = await reference_queries.categories(session)
        return rpc.ListCategoriesResponse(categories=[pb.Category(**row._asdict()) for row in found])

    async def SubmitDemand(self, request: rpc.SubmitDemandRequest, context: Any) -> rpc.SubmitDemandResponse:
        actor = actor_of(context)
        submission = Submission(actor, protos.draft_of(request), request.request_id, fingerprint(request), current_call())
        result = await self._submit(submission)
        if not isinstance(result, Submitted):
            async with self.db.read() as session:
                return rpc.SubmitDemandResponse(demand=await whole(session, actor, result))
        return rpc.SubmitDemandResponse(demand=protos.demand_of(result.row, result.lead_unit_name, result.clocks))

    async def _submit_batch(self, batch: Sequence[Submission]) -> Sequence[Outcome]:
        """Serve the submissions that came in together; tell the relay what they left in the outbox."""
        async with self.db.direct() as run:
            faults.point("submit.before_read")
            outcomes = await submit_demands(run, batch, self.course, now())
        self.db.committed([event for done in outcomes if isinstance(done, Submitted) for event in done.events])
        faults.point("submit.after_commit")
        return outcomes

    async def GetDemand(self, request: rpc.GetDemandRequest, context: Any) -> rpc.GetDemandResponse:
        actor, demand_id = actor_of(context), UUID(request.demand_id)
        async with self.db.read() as session:
            demand = await whole(session, actor, demand_id)
        if demand.judicial:
            await note_read(self.db, actor, demand_id, ReadKind.DEMAND)
        return rpc.GetDemandResponse(demand=demand)

    async def ListDemands(self, request: rpc.ListDemandsRequest, context: Any) -> rpc.ListDemandsResponse:
        actor, wanted = actor_of(context), protos.filter_of(request.filter)
        list_id = paging.fingerprint(list="demands", **{name: str(value) for name, value in asdict(wanted).items()})
        size = paging.normal_page_size(request.page_size)
        before = position(request.page_token, list_id)
        async with self.db.read() as session:
            rows = await demand_queries.demands_page(session, actor, wanted, now(), before, size)
            shown = rows[:size]
            found = await lines_of(session, actor, shown)
        more = paging.encode_token(list_id, (shown[-1].id,)) if len(rows) > size else ""
        return rpc.ListDemandsResponse(demands=found, next_page_token=more)

    async def CountDemands(self, request: rpc.CountDemandsRequest, context: Any) -> rpc.CountDemandsResponse:
        async with self.db.read() as session:
            found = await demand_queries.counts(session, actor_of(context), protos.filter_of(request.filter), now())
        return rpc.CountDemandsResponse(counts=protos.counts_of(found))

    async def ListDemandEvents(self, request: rpc.ListDemandEventsRequest, context: Any) -> rpc.ListDemandEventsResponse:
        actor, demand_id = actor_of(context), UUID(request.demand_id)
        async with self.db.read() as session:
            lines = await demand_queries.timeline(session, actor, demand_id)
        if lines[0].judicial:
            await note_read(self.db, actor, demand_id, ReadKind.TIMELINE)
        answer = rpc.ListDemandEventsResponse(events=[protos.line_of(row[0], actor, known=row.known) for row in lines])
        protos.hide_name(answer, lines[0])
        return answer

    async def DispatchDemand(self, request: rpc.DispatchDemandRequest, context: Any) -> rpc.DispatchDemandResponse:
        return rpc.DispatchDemandResponse(
            demand=await self._edge.change(
                request.on,
                request,
                context,
                lambda c: demands.dispatch_demand(c, request.unit_code, request.note, request.co_unit_codes),
            )
        )

    async def AcceptDemand(self, request: rpc.AcceptDemandRequest, context: Any) -> rpc.AcceptDemandResponse:
        return rpc.AcceptDemandResponse(demand=await self._edge.change(request.on, request, context, demands.accept_demand))

    async def LogContact(self, request: rpc.LogContactRequest, context: Any) -> rpc.LogContactResponse:
        return rpc.LogContactResponse(
            demand=await self._edge.change(
                request.on, request, context, lambda c: demands.log_contact(c, request.note.strip())
            )
        )

    async def SetDisposition(self, request: rpc.SetDispositionRequest, context: Any) -> rpc.SetDispositionResponse:
        plan, reason = protos.plan_of(request), request.reason.strip()
        return rpc.SetDispositionResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: handling.set_disposition(c, plan, reason))
        )

    async def ReplyDemand(self, request: rpc.ReplyDemandRequest, context: Any) -> rpc.ReplyDemandResponse:
        answer = protos.answer_of(request)
        return rpc.ReplyDemandResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: handling.reply(c, answer))
        )

    async def RateDemand(self, request: rpc.RateDemandRequest, context: Any) -> rpc.RateDemandResponse:
        solved = rules.Solved(protos.name_of(pb.Solved, "SOLVED", request.solved))
        return rpc.RateDemandResponse(
            demand=await self._edge.change(
                request.on,
                request,
                context,
                lambda c: demands.rate_demand(c, request.satisfaction, solved, request.comment.strip()),
            )
        )

    async def WithdrawDemand(self, request: rpc.WithdrawDemandRequest, context: Any) -> rpc.WithdrawDemandResponse:
        return rpc.WithdrawDemandResponse(
            demand=await self._edge.change(
                request.on,
                request,
                context,
                lambda c: demands.withdraw_demand(c, request.reason.strip(), request.asked_by_agency),
            )
        )
