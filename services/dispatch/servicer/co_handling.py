"""CoHandlingService: agencies that assist, and their opinions."""

from typing import Any

from fahu.dispatch.v1 import co_handling_service_pb2 as rpc
from fahu.dispatch.v1.co_handling_service_pb2_grpc import CoHandlingServiceServicer

from kit.db import Database
from services.dispatch.moves import Course
from services.dispatch.service import co_handlers
from services.dispatch.servicer.edge import Edge


class CoHandlingServicer(CoHandlingServiceServicer):
    """See proto/fahu/dispatch/v1/co_handling_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self._edge = Edge(database, course)

    async def SuggestCoHandlers(self, request: rpc.SuggestCoHandlersRequest, context: Any) -> rpc.SuggestCoHandlersResponse:
        async with self.db.read() as session:
            found = await co_handlers.suggested(session, request.lead_unit_code)
        agencies = [rpc.Assistant(unit_code=unit.code, unit_name=unit.name) for unit in found]
        return rpc.SuggestCoHandlersResponse(agencies=agencies)

    async def AddCoHandler(self, request: rpc.AddCoHandlerRequest, context: Any) -> rpc.AddCoHandlerResponse:
        return rpc.AddCoHandlerResponse(
            demand=await self._edge.change(
                request.on, request, context, lambda c: co_handlers.add_co_handler(c, request.unit_code)
            )
        )

    async def GiveOpinion(self, request: rpc.GiveOpinionRequest, context: Any) -> rpc.GiveOpinionResponse:
        opinion = request.opinion.strip()
        return rpc.GiveOpinionResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: co_handlers.give_opinion(c, opinion))
        )

    async def WaiveOpinion(self, request: rpc.WaiveOpinionRequest, context: Any) -> rpc.WaiveOpinionResponse:
        unit_code, reason = request.unit_code, request.reason.strip()
        return rpc.WaiveOpinionResponse(
            demand=await self._edge.change(
                request.on, request, context, lambda c: co_handlers.waive_opinion(c, unit_code, reason)
            )
        )
