"""LookBackService: look-backs, their samples, and demands opened again."""

from datetime import UTC
from decimal import Decimal
from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import look_back_service_pb2 as rpc
from fahu.dispatch.v1.look_back_service_pb2_grpc import LookBackServiceServicer
from sqlalchemy.ext.asyncio import AsyncSession

from kit import paging
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.dispatch import protos
from services.dispatch.moves import Course
from services.dispatch.queries import look_backs as queries
from services.dispatch.rules import LookBackOrigin, LookBackOutcome
from services.dispatch.service import look_backs, reworking, samples
from services.dispatch.servicer import results
from services.dispatch.servicer.edge import Edge, now, position

SAMPLES, CANDIDATES = "look_back_samples", "look_back_candidates"
MOST_DIFFERENT = 100


class LookBackServicer(LookBackServiceServicer):
    """See proto/fahu/dispatch/v1/look_back_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course
        self._edge = Edge(database, course)

    async def OpenLookBack(self, request: rpc.OpenLookBackRequest, context: Any) -> rpc.OpenLookBackResponse:
        reason = request.reason.strip()
        return rpc.OpenLookBackResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: look_backs.open_look_back(c, reason))
        )

    async def RecordLookBack(self, request: rpc.RecordLookBackRequest, context: Any) -> rpc.RecordLookBackResponse:
        outcome = LookBackOutcome(protos.name_of(pb.LookBackOutcome, "LOOK_BACK_OUTCOME", request.outcome))
        note = request.note.strip()
        return rpc.RecordLookBackResponse(
            demand=await self._edge.change(
                request.on, request, context, lambda c: look_backs.record_look_back(c, outcome, note)
            )
        )

    async def ReopenDemand(self, request: rpc.ReopenDemandRequest, context: Any) -> rpc.ReopenDemandResponse:
        facts = request.new_facts.strip()
        return rpc.ReopenDemandResponse(
            demand=await self._edge.change(request.on, request, context, lambda c: reworking.reopen(c, facts))
        )

    async def ListLookBacks(self, request: rpc.ListLookBacksRequest, context: Any) -> rpc.ListLookBacksResponse:
        name = protos.name_of(pb.LookBackOrigin, "LOOK_BACK_ORIGIN", request.origin)
        origin = LookBackOrigin(name) if request.origin else None
        list_id = paging.fingerprint(list="look_backs", recorded=request.recorded, origin=name)
        size, before = paging.normal_page_size(request.page_size), position(request.page_token, list_id)
        async with self.db.read() as session:
            rows = await queries.look_backs_page(session, actor_of(context), request.recorded, origin, before, size)
        more = paging.encode_token(list_id, (rows[size - 1].LookBack.id,)) if len(rows) > size else ""
        found = [results.look_back_entry_of(row) for row in rows[:size]]
        return rpc.ListLookBacksResponse(look_backs=found, next_page_token=more)

    async def DrawSample(self, request: rpc.DrawSampleRequest, context: Any) -> rpc.DrawSampleResponse:
        actor = actor_of(context)
        wanted = samples.Wanted(
            since=request.since.ToDatetime(UTC),
            until=request.until.ToDatetime(UTC),
            share=Decimal(request.share_percent) / 100,
            seed=request.seed.strip(),
            request_id=request.request_id,
            request_hash=fingerprint(request),
        )
        async with self.db.begin() as session:
            sample_id = await samples.draw_sample(session, actor, wanted, now())
        for _ in range(samples.MOST_OPENED // samples.BATCH):
            async with self.db.begin() as session:
                opened = await samples.open_drawn(session, actor, sample_id, self.course, now())
            if opened < samples.BATCH:
                break
        async with self.db.read() as session:
            return rpc.DrawSampleResponse(sample=await _sample(session, sample_id))

    async def GetSample(self, request: rpc.GetSampleRequest, context: Any) -> rpc.GetSampleResponse:
        actor, sample_id = actor_of(context), UUID(request.sample_id)
        list_id = paging.fingerprint(list=CANDIDATES, sample=request.sample_id)
        size, after = paging.normal_page_size(request.page_size), position(request.page_token, list_id)
        async with self.db.read() as session:
            sample = await _sample(session, sample_id)
            rows = await queries.candidates_page(session, actor, sample_id, after, size)
        more = paging.encode_token(list_id, (rows[size - 1].LookBackCandidate.demand_id,)) if len(rows) > size else ""
        found = [results.candidate_of(row) for row in rows[:size]]
        return rpc.GetSampleResponse(sample=sample, candidates=found, next_page_token=more)

    async def ListSamples(self, request: rpc.ListSamplesRequest, context: Any) -> rpc.ListSamplesResponse:
        list_id = paging.fingerprint(list=SAMPLES)
        size, before = paging.normal_page_size(request.page_size), position(request.page_token, list_id)
        async with self.db.read() as session:
            rows = await queries.samples_page(session, before, size)
            strata = await queries.strata(session, [row.id for row in rows[:size]])
        more = paging.encode_token(list_id, (rows[size - 1].id,)) if len(rows) > size else ""
        return rpc.ListSamplesResponse(samples=[results.sample_of(row, strata) for row in rows[:size]], next_page_token=more)

    async def RedrawSample(self, request: rpc.RedrawSampleRequest, context: Any) -> rpc.RedrawSampleResponse:
        async with self.db.read() as session:
            found = await samples.redraw(session, UUID(request.sample_id))
        different = sorted(map(str, found.drawn ^ found.redrawn))
        return rpc.RedrawSampleResponse(
            same=not different,
            drawn=len(found.drawn),
            redrawn=len(found.redrawn),
            different=different[:MOST_DIFFERENT],
        )


async def _sample(session: AsyncSession, sample_id: UUID) -> rpc.Sample:
    sample = await queries.sample(session, sample_id)
    return results.sample_of(sample, await queries.strata(session, [sample_id]))
