"""The gRPC edge of dispatch: decode, open the one transaction, call the use case, encode."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1.dispatch_service_pb2_grpc import DispatchServiceServicer
from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit import faults, paging
from kit.auth import Actor
from kit.coalesce import Coalescer
from kit.context import current_call
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.dispatch import protos, rules
from services.dispatch.moves import Course
from services.dispatch.queries import demands as demand_queries
from services.dispatch.queries import handling, search, similar
from services.dispatch.queries import reference as reference_queries
from services.dispatch.queries.demands import Filter
from services.dispatch.service import demands
from services.dispatch.service.intake import Outcome, Submission, Submitted, submit_demands

UseCase = Callable[[demands.Change], Awaitable[None]]


def _now() -> datetime:
    return datetime.now(UTC)


class DispatchServicer(DispatchServiceServicer):
    """See proto/fahu/dispatch/v1/dispatch_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course
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
                return rpc.SubmitDemandResponse(demand=await _whole(session, actor, result))
        return rpc.SubmitDemandResponse(demand=protos.demand_of(result.row, result.lead_unit_name, result.clocks))

    async def _submit_batch(self, batch: Sequence[Submission]) -> Sequence[Outcome]:
        """Serve the submissions that came in together; tell the relay what they left in the outbox."""
        async with self.db.direct() as run:
            faults.point("submit.before_read")
            outcomes = await submit_demands(run, batch, self.course, _now())
        self.db.committed([event for done in outcomes if isinstance(done, Submitted) for event in done.events])
        faults.point("submit.after_commit")
        return outcomes

    async def GetDemand(self, request: rpc.GetDemandRequest, context: Any) -> rpc.GetDemandResponse:
        async with self.db.read() as session:
            return rpc.GetDemandResponse(demand=await _whole(session, actor_of(context), UUID(request.demand_id)))

    async def ListDemands(self, request: rpc.ListDemandsRequest, context: Any) -> rpc.ListDemandsResponse:
        actor, wanted = actor_of(context), protos.filter_of(request.filter)
        list_id = paging.fingerprint(list="demands", **{name: str(value) for name, value in asdict(wanted).items()})
        size = paging.normal_page_size(request.page_size)
        before = _position(request.page_token, list_id)
        async with self.db.read() as session:
            rows = await _page(session, actor, wanted, before, size)
            shown = rows[:size]
            clocks = await handling.clocks_of(session, [row.id for row in shown], running_only=True)
        running: dict[UUID, list[protos.Fields]] = {}
        for clock in clocks:
            running.setdefault(clock.demand_id, []).append(protos.columns_of(clock))
        found = [protos.demand_of(row._asdict(), row.lead_unit_name, running.get(row.id, ())) for row in shown]
        more = paging.encode_token(list_id, (shown[-1].id,)) if len(rows) > size else ""
        return rpc.ListDemandsResponse(demands=found, next_page_token=more)

    async def CountDemands(self, request: rpc.CountDemandsRequest, context: Any) -> rpc.CountDemandsResponse:
        async with self.db.read() as session:
            found = await _counts(session, actor_of(context), protos.filter_of(request.filter))
        return rpc.CountDemandsResponse(counts=protos.counts_of(found))

    async def ListDemandEvents(self, request: rpc.ListDemandEventsRequest, context: Any) -> rpc.ListDemandEventsResponse:
        actor = actor_of(context)
        async with self.db.read() as session:
            lines = await demand_queries.timeline(session, actor, UUID(request.demand_id))
        return rpc.ListDemandEventsResponse(events=[protos.line_of(line, actor) for line in lines])

    async def ListSimilarDemands(
        self, request: rpc.ListSimilarDemandsRequest, context: Any
    ) -> rpc.ListSimilarDemandsResponse:
        async with self.db.read() as session:
            rows = await similar.similar(session, actor_of(context), protos.written_of(request), _now())
        found = [
            rpc.SimilarDemand(demand=protos.demand_of(row._asdict(), row.lead_unit_name, ()), score=row.score)
            for row in rows
        ]
        return rpc.ListSimilarDemandsResponse(similar=found)

    async def DispatchDemand(self, request: rpc.DispatchDemandRequest, context: Any) -> rpc.DispatchDemandResponse:
        return rpc.DispatchDemandResponse(
            demand=await self._change(
                request.on, request, context, lambda c: demands.dispatch_demand(c, request.unit_code, request.note)
            )
        )

    async def AcceptDemand(self, request: rpc.AcceptDemandRequest, context: Any) -> rpc.AcceptDemandResponse:
        return rpc.AcceptDemandResponse(demand=await self._change(request.on, request, context, demands.accept_demand))

    async def SetDisposition(self, request: rpc.SetDispositionRequest, context: Any) -> rpc.SetDispositionResponse:
        plan = protos.plan_of(request)
        return rpc.SetDispositionResponse(
            demand=await self._change(request.on, request, context, lambda c: demands.set_disposition(c, plan))
        )

    async def ReplyDemand(self, request: rpc.ReplyDemandRequest, context: Any) -> rpc.ReplyDemandResponse:
        answer = protos.answer_of(request)
        return rpc.ReplyDemandResponse(
            demand=await self._change(request.on, request, context, lambda c: demands.reply_demand(c, answer))
        )

    async def RateDemand(self, request: rpc.RateDemandRequest, context: Any) -> rpc.RateDemandResponse:
        solved = rules.Solved(protos.name_of(pb.Solved, "SOLVED", request.solved))
        return rpc.RateDemandResponse(
            demand=await self._change(
                request.on,
                request,
                context,
                lambda c: demands.rate_demand(c, request.satisfaction, solved, request.comment.strip()),
            )
        )

    async def WithdrawDemand(self, request: rpc.WithdrawDemandRequest, context: Any) -> rpc.WithdrawDemandResponse:
        return rpc.WithdrawDemandResponse(
            demand=await self._change(
                request.on,
                request,
                context,
                lambda c: demands.withdraw_demand(c, request.reason.strip(), request.asked_by_agency),
            )
        )

    async def _change(self, on: rpc.Precondition, request: Message, context: Any, use_case: UseCase) -> pb.Demand:
        """One change of a demand, from locking it to reading it back; a retry only reads it back."""
        actor, precondition = actor_of(context), protos.precondition_of(on, request)
        async with self.db.begin() as session:
            change = await demands.begin(session, actor, precondition, self.course, _now())
            if change:
                await use_case(change)
                await session.flush()
                session.expire_all()
            demand = await _whole(session, actor, precondition.demand_id)
        faults.point("move.after_commit")
        return demand


def _position(token: str, list_id: str) -> UUID | None:
    if not token:
        return None
    (last,) = paging.decode_token(token, list_id, kinds=(UUID,))
    return UUID(str(last))


async def _page(session: AsyncSession, actor: Actor, wanted: Filter, before: UUID | None, size: int) -> Sequence[Any]:
    if not wanted.text.strip():
        return await demand_queries.demands_page(session, actor, wanted, _now(), before, size)
    within = await search.reach(session, wanted, before)
    return await search.found_page(session, actor, wanted, _now(), within, size)


async def _counts(session: AsyncSession, actor: Actor, wanted: Filter) -> dict[rules.State, int]:
    if not wanted.text.strip():
        return await demand_queries.counts(session, actor, wanted, _now())
    within = await search.reach(session, wanted, None)
    return await search.found_counts(session, actor, wanted, _now(), within)


async def _whole(session: AsyncSession, actor: Actor, demand_id: UUID) -> pb.Demand:
    """One demand with everything that belongs to it, as the actor sees it."""
    row = await demand_queries.demand_detail(session, actor, demand_id)
    clocks = await handling.clocks_of(session, [demand_id], running_only=False)
    demand = protos.demand_of(row._asdict(), row.lead_unit_name, map(protos.columns_of, clocks))
    if disposition := await handling.latest_disposition(session, demand_id):
        demand.disposition.CopyFrom(protos.disposition_of(disposition))
    if found := await handling.latest_reply(session, demand_id):
        reply, rating = found
        demand.reply.CopyFrom(protos.reply_of(reply))
        if rating:
            demand.rating.CopyFrom(protos.rating_of(rating))
    return demand
