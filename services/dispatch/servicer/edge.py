"""What the edges share: one change of a demand from the lock to the answer, and a demand with all that belongs to it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit import faults, paging
from kit.auth import Actor
from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.dispatch import protos
from services.dispatch.moves import Course
from services.dispatch.queries import access, changes, co_handlers, handling, look_backs, orders, requests
from services.dispatch.queries import demands as demand_queries
from services.dispatch.rules import ReadKind
from services.dispatch.service import change, guards
from services.dispatch.servicer import results

UseCase = Callable[[change.Change], Awaitable[None]]


def now() -> datetime:
    return datetime.now(UTC)


class Edge:
    """Opens the one transaction of a change."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course

    async def change(self, on: rpc.Precondition, request: Message, context: Any, use_case: UseCase) -> pb.Demand:
        """One change of a demand, from locking it to reading it back; a retry only reads it back."""
        actor, precondition = actor_of(context), protos.precondition_of(on, request)
        async with self.db.begin() as session:
            begun = await change.begin(session, actor, precondition, self.course, now())
            if begun:
                await use_case(begun)
                await session.flush()
                session.expire_all()
            demand = await whole(session, actor, precondition.demand_id)
            if demand.judicial:
                guards.note_read(session, actor, precondition.demand_id, ReadKind.DEMAND, now())
        faults.point("move.after_commit")
        return demand


async def lines_of(session: AsyncSession, actor: Actor, rows: Sequence[Any]) -> list[pb.Demand]:
    """Demands as lists show them to the actor, with the clocks that run."""
    running: dict[UUID, list[protos.Fields]] = {}
    for clock in await handling.clocks_of(session, [row.id for row in rows], running_only=True):
        running.setdefault(clock.demand_id, []).append(changes.columns_of(clock))
    return [_line(actor, row, running.get(row.id, ())) for row in rows]


def _line(actor: Actor, row: Any, clocks: Sequence[protos.Fields]) -> pb.Demand:
    """One demand in a list, as its reader may see it."""
    demand = protos.demand_of(protos.as_read(row._asdict()), row.lead_unit_name, clocks)
    _keep_joint_case_from(actor, demand)
    protos.hide_name(demand, row)
    return demand


def _keep_joint_case_from(actor: Actor, demand: pb.Demand) -> None:
    """Who speaks for an enterprise learns that its demand is looked at with others, but nothing to tell them by."""
    if not protos.is_staff(actor):
        demand.joint_case_id = ""


async def whole(session: AsyncSession, actor: Actor, demand_id: UUID) -> pb.Demand:
    """One demand with everything that belongs to it, as the actor sees it."""
    row = await demand_queries.demand_detail(session, actor, demand_id)
    clocks = await handling.clocks_of(session, [demand_id], running_only=False)
    demand = protos.demand_of(protos.as_read(row._asdict()), row.lead_unit_name, map(changes.columns_of, clocks))
    _keep_joint_case_from(actor, demand)
    if row.disposition and (disposition := await handling.latest_disposition(session, demand_id)):
        demand.disposition.CopyFrom(protos.disposition_of(disposition))
    if found := await handling.latest_reply(session, demand_id):
        reply, rating = found
        demand.reply.CopyFrom(protos.reply_of(reply))
        if rating:
            demand.rating.CopyFrom(protos.rating_of(rating))
    if protos.is_staff(actor) and (approval := await requests.pending_of(session, demand_id)):
        demand.approvals.append(protos.approval_of(approval))
    if row.info_requests and (asked := await requests.latest_info_request(session, demand_id)):
        demand.info_request.CopyFrom(protos.info_request_of(asked))
    assisting = await co_handlers.shown(session, demand_id)
    demand.co_handlers.extend(protos.co_handler_of(row, name, actor) for row, name in assisting)
    demand.segments.extend(map(protos.segment_of, await handling.segments_of(session, demand_id)))
    await _add_results(session, actor, demand)
    protos.hide_name(demand, row)
    return demand


async def _add_results(session: AsyncSession, actor: Actor, demand: pb.Demand) -> None:
    """What became of the answer: for those who follow all, and for the agency whose work it is about."""
    follows = actor.has(*access.ALL_SEEING)
    leads = actor.has(*access.AGENCY) and bool(actor.unit_code) and actor.unit_code == demand.lead_unit_code
    if not follows and not leads:
        return
    demand_id, kinds = UUID(demand.id), {clock.kind for clock in demand.clocks}  # each look-back and order has a clock
    if pb.CLOCK_KIND_LOOK_BACK in kinds and (look_back := await look_backs.latest_of(session, demand_id)):
        demand.look_back.CopyFrom(results.look_back_of(look_back))
    if pb.CLOCK_KIND_ORDER in kinds:
        found = await orders.orders_of(session, demand_id)
        demand.orders.extend(results.order_of(one) for one in found if follows or one.unit_code == actor.unit_code)


async def note_read(database: Database, actor: Actor, demand_id: UUID, kind: ReadKind) -> None:
    """Write down a read of a demand before a court, before it is answered."""
    if guards.leaves_trace(actor):
        async with database.begin() as session:
            guards.note_read(session, actor, demand_id, kind, now())


def position(token: str, list_id: str) -> UUID | None:
    """The row that a page comes after; none for the first page."""
    if not token:
        return None
    (last,) = paging.decode_token(token, list_id, kinds=(UUID,))
    return UUID(str(last))
