"""HandlingService: requests and decisions, questions to the enterprise, and what is parked."""

from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import handling_service_pb2 as rpc
from fahu.dispatch.v1.handling_service_pb2_grpc import HandlingServiceServicer

from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.dispatch import errors, protos, rules
from services.dispatch.models import DemandApproval
from services.dispatch.moves import Course
from services.dispatch.queries import requests
from services.dispatch.rules import Disposition, Plan
from services.dispatch.service import handling, parking, progress
from services.dispatch.servicer.edge import Edge, now


class HandlingServicer(HandlingServiceServicer):
    """See proto/fahu/dispatch/v1/handling_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self._edge = Edge(database, course)

    async def RequestExtension(self, request: rpc.RequestExtensionRequest, context: Any) -> rpc.RequestExtensionResponse:
        day, reason = rules.read_day(request.promised_on, "promised_on"), request.reason.strip()
        return rpc.RequestExtensionResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: handling.ask_extension(c, day, reason))
        )

    async def DecideApproval(self, request: rpc.DecideApprovalRequest, context: Any) -> rpc.DecideApprovalResponse:
        approval_id, note = UUID(request.approval_id), request.note.strip()
        return rpc.DecideApprovalResponse(
            demand=await self._edge.change(
                request.on, request, context, lambda c: handling.decide(c, approval_id, request.approve, note)
            )
        )

    async def ListApprovals(self, request: rpc.ListApprovalsRequest, context: Any) -> rpc.ListApprovalsResponse:
        async with self.db.read() as session:
            found = await requests.pending_page(session, actor_of(context))
        return rpc.ListApprovalsResponse(approvals=map(_pending, found))

    async def RequestInfo(self, request: rpc.RequestInfoRequest, context: Any) -> rpc.RequestInfoResponse:
        questions = [question.strip() for question in request.questions]
        return rpc.RequestInfoResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: handling.ask_info(c, questions))
        )

    async def ReportProgress(self, request: rpc.ReportProgressRequest, context: Any) -> rpc.ReportProgressResponse:
        text = request.text.strip()
        return rpc.ReportProgressResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: progress.report(c, text))
        )

    async def SupplyInfo(self, request: rpc.SupplyInfoRequest, context: Any) -> rpc.SupplyInfoResponse:
        answer = request.answer.strip()
        return rpc.SupplyInfoResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: handling.supply_info(c, answer))
        )

    async def ReviewParking(self, request: rpc.ReviewParkingRequest, context: Any) -> rpc.ReviewParkingResponse:
        tags = tuple(tag.strip() for tag in request.condition_tags)
        review_on = rules.read_day(request.review_on, "review_on")
        plan = Plan(Disposition.REFERENCE, request.explanation.strip(), None, tags, review_on)
        return rpc.ReviewParkingResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: parking.review(c, plan))
        )

    async def ResumeDemand(self, request: rpc.ResumeDemandRequest, context: Any) -> rpc.ResumeDemandResponse:
        day, explanation = rules.read_day(request.promised_on, "promised_on"), request.explanation.strip()
        return rpc.ResumeDemandResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: parking.resume(c, day, explanation))
        )

    async def ProposeInfeasible(self, request: rpc.ProposeInfeasibleRequest, context: Any) -> rpc.ProposeInfeasibleResponse:
        conclusion, basis, steps = (text.strip() for text in (request.conclusion, request.legal_basis, request.next_steps))
        return rpc.ProposeInfeasibleResponse(
            demand=await self._edge.change(
                request.on, request, context, lambda c: handling.propose_infeasible(c, conclusion, basis, steps)
            )
        )

    async def ListConditions(self, request: rpc.ListConditionsRequest, context: Any) -> rpc.ListConditionsResponse:
        async with self.db.read() as session:
            found = await requests.conditions(session, actor_of(context))
        return rpc.ListConditionsResponse(conditions=[protos.condition_of(*row) for row in found])

    async def MeetCondition(self, request: rpc.MeetConditionRequest, context: Any) -> rpc.MeetConditionResponse:
        actor, name = actor_of(context), request.name.strip()
        async with self.db.begin() as session:
            await parking.meet_condition(session, actor, name, request.note.strip(), now())
            await session.flush()
            found = await requests.conditions(session, actor, name)
            if not found:
                raise errors.ConditionNotFound
            return rpc.MeetConditionResponse(condition=protos.condition_of(*found[0]))


def _pending(row: Any) -> rpc.PendingApproval:
    approval: DemandApproval = row.DemandApproval
    shown = rpc.PendingApproval(
        approval=protos.approval_of(approval),
        demand_id=str(approval.demand_id),
        serial=row.serial,
        title=row.title,
        version=row.version,
    )
    protos.hide_name(shown, row)
    return shown
