"""RecommendationService: what a report recommends and what becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.registry.v1 import recommendation_pb2
from fahu.registry.v1 import recommendation_service_pb2 as pb
from fahu.registry.v1.recommendation_service_pb2_grpc import RecommendationServiceServicer
from google.protobuf.message import Message

from kit.calendar import BEIJING
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.errors import RecommendationDayInvalid
from services.registry.personal import PersonalData
from services.registry.queries import recommendations as queries
from services.registry.queries.recommendations import RecommendationFilter, View
from services.registry.rules.recommendations import RecommendationState, is_late
from services.registry.service import exports, recommendations
from services.registry.service.audit import Retry
from services.registry.service.recommendations import Content, Errand, Seen
from services.registry.servicer import encode

Context = grpc.aio.ServicerContext[Any, Any]
PREFIX = "RECOMMENDATION_STATE_"


class RecommendationServicer(RecommendationServiceServicer):
    """See proto/fahu/registry/v1/recommendation_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def ListRecommendations(
        self, request: pb.ListRecommendationsRequest, context: Context
    ) -> pb.ListRecommendationsResponse:
        wanted = _filter(request)
        async with self.db.read() as session:
            found, token = await queries.page(
                session, actor_of(context), wanted, _today(), request.page_size, request.page_token
            )
        return pb.ListRecommendationsResponse(recommendations=map(_encoded, found), next_page_token=token)

    async def ExportRecommendations(
        self, request: pb.ExportRecommendationsRequest, context: Context
    ) -> pb.ExportRecommendationsResponse:
        async with self.db.begin() as session:
            rows = await exports.recommendation_rows(session, actor_of(context), _filter(request), datetime.now(UTC))
        content = await asyncio.to_thread(spreadsheet.write_rows, "对策建议", exports.RECOMMENDATIONS, rows)
        return pb.ExportRecommendationsResponse(content=content)

    async def GetRecommendation(
        self, request: pb.GetRecommendationRequest, context: Context
    ) -> pb.GetRecommendationResponse:
        async with self.db.read() as session:
            found = await queries.view(session, actor_of(context), UUID(request.recommendation_id))
        return pb.GetRecommendationResponse(recommendation=_encoded(found))

    async def ProposeRecommendation(
        self, request: pb.ProposeRecommendationRequest, context: Context
    ) -> pb.ProposeRecommendationResponse:
        async def work(errand: Errand) -> UUID:
            return await recommendations.propose(errand, UUID(request.survey_id), _content(request.content))

        found = await self._change(request, request.request_id, context, work)
        return pb.ProposeRecommendationResponse(recommendation=found)

    async def UpdateRecommendation(
        self, request: pb.UpdateRecommendationRequest, context: Context
    ) -> pb.UpdateRecommendationResponse:
        async def work(errand: Errand, seen: Seen) -> None:
            await recommendations.update(errand, seen, _content(request.content))

        return pb.UpdateRecommendationResponse(recommendation=await self._change_seen(request, request.on, context, work))

    async def AdoptRecommendation(
        self, request: pb.AdoptRecommendationRequest, context: Context
    ) -> pb.AdoptRecommendationResponse:
        async def work(errand: Errand, seen: Seen) -> None:
            await recommendations.adopt(errand, seen, request.measure.strip())

        return pb.AdoptRecommendationResponse(recommendation=await self._change_seen(request, request.on, context, work))

    async def DeclineRecommendation(
        self, request: pb.DeclineRecommendationRequest, context: Context
    ) -> pb.DeclineRecommendationResponse:
        async def work(errand: Errand, seen: Seen) -> None:
            await recommendations.decline(errand, seen, request.reason.strip())

        return pb.DeclineRecommendationResponse(recommendation=await self._change_seen(request, request.on, context, work))

    async def CompleteRecommendation(
        self, request: pb.CompleteRecommendationRequest, context: Context
    ) -> pb.CompleteRecommendationResponse:
        async def work(errand: Errand, seen: Seen) -> None:
            await recommendations.complete(errand, seen, request.evidence.strip())

        return pb.CompleteRecommendationResponse(recommendation=await self._change_seen(request, request.on, context, work))

    async def _change_seen(
        self,
        request: Message,
        on: pb.RecommendationPrecondition,
        context: Context,
        work: Callable[[Errand, Seen], Awaitable[None]],
    ) -> recommendation_pb2.Recommendation:
        seen = Seen(UUID(on.recommendation_id), on.expected_version)

        async def change(errand: Errand) -> UUID:
            await work(errand, seen)
            return seen.id

        return await self._change(request, on.request_id, context, change)

    async def _change(
        self, request: Message, request_id: str, context: Context, work: Callable[[Errand], Awaitable[UUID]]
    ) -> recommendation_pb2.Recommendation:
        """One change of a recommendation, from its lock to reading it back."""
        actor = actor_of(context)
        retry = Retry(request_id, self.personal.request_mark(fingerprint(request)))
        async with self.db.begin() as session:
            recommendation_id = await work(Errand(session, actor, datetime.now(UTC), retry))
            await session.flush()
            return _encoded(await queries.view(session, actor, recommendation_id))


def _today() -> date:
    return datetime.now(BEIJING).date()


def _filter(request: pb.ListRecommendationsRequest | pb.ExportRecommendationsRequest) -> RecommendationFilter:
    state = recommendation_pb2.RecommendationState.Name(request.state).removeprefix(PREFIX) if request.state else None
    return RecommendationFilter(
        UUID(request.survey_id) if request.survey_id else None,
        request.owner_unit,
        RecommendationState(state) if state else None,
        request.late,
    )


def _content(content: recommendation_pb2.RecommendationContent) -> Content:
    try:
        due_on = date.fromisoformat(content.due_on)
    except ValueError as error:
        raise RecommendationDayInvalid from error
    return Content(content.text.strip(), content.owner_unit, due_on)


def _encoded(view: View) -> recommendation_pb2.Recommendation:
    found, year = view
    content = recommendation_pb2.RecommendationContent(
        text=found.text, owner_unit=found.owner_unit, due_on=found.due_on.isoformat()
    )
    return recommendation_pb2.Recommendation(
        id=str(found.id),
        survey_id=str(found.survey_id),
        year=year,
        content=content,
        state=recommendation_pb2.RecommendationState.Value(f"{PREFIX}{found.state}"),
        late=is_late(RecommendationState(found.state), found.due_on, _today()),
        measure=found.measure,
        evidence=found.evidence,
        decline_reason=found.decline_reason,
        version=found.version,
        created_at=encode.moment(found.created_at),
        changed_at=encode.moment(found.changed_at),
        done_at=encode.moment(found.done_at) if found.done_at else None,
    )
