"""SupervisionService: orders, appeals and exclusion."""

from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import supervision_service_pb2 as rpc
from fahu.dispatch.v1.supervision_service_pb2_grpc import SupervisionServiceServicer

from kit import paging
from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.dispatch import protos, rules
from services.dispatch.moves import Course
from services.dispatch.queries import orders as queries
from services.dispatch.rules import OrderLevel
from services.dispatch.service import appeals, orders
from services.dispatch.servicer import results
from services.dispatch.servicer.edge import Edge, position


def _level(value: int) -> OrderLevel:
    return OrderLevel(protos.name_of(pb.OrderLevel, "ORDER_LEVEL", value))


class SupervisionServicer(SupervisionServiceServicer):
    """See proto/fahu/dispatch/v1/supervision_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self._edge = Edge(database, course)

    async def IssueOrder(self, request: rpc.IssueOrderRequest, context: Any) -> rpc.IssueOrderResponse:
        level, text, day = _level(request.level), request.text.strip(), rules.read_day(request.due_on, "due_on")
        return rpc.IssueOrderResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: orders.issue_order(c, level, text, day))
        )

    async def AnswerOrder(self, request: rpc.AnswerOrderRequest, context: Any) -> rpc.AnswerOrderResponse:
        order_id, answer = UUID(request.order_id), request.answer.strip()
        return rpc.AnswerOrderResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: orders.answer_order(c, order_id, answer))
        )

    async def CloseOrder(self, request: rpc.CloseOrderRequest, context: Any) -> rpc.CloseOrderResponse:
        order_id, note = UUID(request.order_id), request.note.strip()
        return rpc.CloseOrderResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: orders.close_order(c, order_id, note))
        )

    async def ListOrders(self, request: rpc.ListOrdersRequest, context: Any) -> rpc.ListOrdersResponse:
        level, unit = _level(request.level) if request.level else None, request.unit_code
        list_id = paging.fingerprint(list="orders", level=level, open=request.open, unit=unit)
        size, before = paging.normal_page_size(request.page_size), position(request.page_token, list_id)
        async with self.db.read() as session:
            rows = await queries.orders_page(session, actor_of(context), level, request.open, unit, before, size)
        more = paging.encode_token(list_id, (rows[size - 1].SupervisionOrder.id,)) if len(rows) > size else ""
        return rpc.ListOrdersResponse(orders=[results.order_entry_of(row) for row in rows[:size]], next_page_token=more)

    async def AskAppeal(self, request: rpc.AskAppealRequest, context: Any) -> rpc.AskAppealResponse:
        reason = request.reason.strip()
        return rpc.AskAppealResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: appeals.ask_appeal(c, reason))
        )

    async def DecideAppeal(self, request: rpc.DecideAppealRequest, context: Any) -> rpc.DecideAppealResponse:
        uphold, ruling = request.uphold, request.ruling.strip()
        return rpc.DecideAppealResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: appeals.decide_appeal(c, uphold, ruling))
        )

    async def ExcludeFromKpi(self, request: rpc.ExcludeFromKpiRequest, context: Any) -> rpc.ExcludeFromKpiResponse:
        reason = request.reason.strip()
        return rpc.ExcludeFromKpiResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: appeals.exclude(c, reason))
        )
