"""CohortService: the list of a year, from its beginning to its close."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import grpc
from fahu.registry.v1 import cohort_service_pb2 as pb
from fahu.registry.v1.cohort_service_pb2_grpc import CohortServiceServicer
from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit import paging
from kit.auth import Actor
from kit.db import Database
from kit.enums import name_of, number_of
from kit.errors import FieldsInvalid, FieldViolation
from kit.rpc.interceptors import actor_of
from services.registry.models import Cohort
from services.registry.personal import PersonalData
from services.registry.queries import cohort_years as queries
from services.registry.rules.cohort_years import DEFAULT_DISTRICT_PER_AREA, AreaCount, CohortState, Gap
from services.registry.service import cohort_years
from services.registry.service.cohort_years import Targets
from services.registry.service.errands import Errand
from services.registry.servicer.encode import moment
from services.registry.servicer.programme import day_of, errand

Context = grpc.aio.ServicerContext[Any, Any]
LIST = paging.fingerprint(list="cohorts")


class CohortServicer(CohortServiceServicer):
    """See proto/fahu/registry/v1/cohort_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, personal: PersonalData) -> None:
        self.db = database
        self.personal = personal

    async def ListCohorts(self, request: pb.ListCohortsRequest, context: Context) -> pb.ListCohortsResponse:
        size = paging.normal_page_size(request.page_size)
        before = paging.decode_token(request.page_token, LIST, kinds=(int,))[0] if request.page_token else None
        async with self.db.read() as session:
            rows = await queries.cohorts_page(session, before, size)
        more = paging.encode_token(LIST, (rows[size - 1].year,)) if len(rows) > size else ""
        return pb.ListCohortsResponse(cohorts=[_cohort(row) for row in rows[:size]], next_page_token=more)

    async def GetCohort(self, request: pb.GetCohortRequest, context: Context) -> pb.GetCohortResponse:
        async with self.db.read() as session:
            return pb.GetCohortResponse(cohort=await _whole(session, actor_of(context), request.year))

    async def BeginCohort(self, request: pb.BeginCohortRequest, context: Context) -> pb.BeginCohortResponse:
        seats = request.district_per_area if request.HasField("district_per_area") else DEFAULT_DISTRICT_PER_AREA
        targets, actor = _targets(request.targets), actor_of(context)
        async with errand(self.db, self.personal, actor, request, request.request_id) as one:
            suggested = await cohort_years.begin(one, request.year, targets, seats, request.prepare_from_previous)
            cohort = await _whole(one.session, actor, request.year)
        return pb.BeginCohortResponse(cohort=cohort, suggested_count=suggested)

    async def SetCohortTargets(self, request: pb.SetCohortTargetsRequest, context: Context) -> pb.SetCohortTargetsResponse:
        targets = _targets(request.targets)

        async def change(one: Errand) -> None:
            await cohort_years.set_targets(one, request.on.year, request.on.expected_version, targets)

        return pb.SetCohortTargetsResponse(cohort=await self._change(request, request.on, context, change))

    async def AdvanceCohort(self, request: pb.AdvanceCohortRequest, context: Context) -> pb.AdvanceCohortResponse:
        wanted = CohortState(name_of(pb.CohortState, request.to))

        async def change(one: Errand) -> None:
            await cohort_years.advance(one, request.on.year, request.on.expected_version, wanted)

        return pb.AdvanceCohortResponse(cohort=await self._change(request, request.on, context, change))

    async def WaiveSurvey(self, request: pb.WaiveSurveyRequest, context: Context) -> pb.WaiveSurveyResponse:
        async def change(one: Errand) -> None:
            await cohort_years.waive_survey(one, request.on.year, request.on.expected_version, request.reason.strip())

        return pb.WaiveSurveyResponse(cohort=await self._change(request, request.on, context, change))

    async def PublishCohort(self, request: pb.PublishCohortRequest, context: Context) -> pb.PublishCohortResponse:
        async def change(one: Errand) -> None:
            await cohort_years.publish_list(one, request.on.year, request.on.expected_version)

        return pb.PublishCohortResponse(cohort=await self._change(request, request.on, context, change))

    async def CloseCohort(self, request: pb.CloseCohortRequest, context: Context) -> pb.CloseCohortResponse:
        async def change(one: Errand) -> None:
            await cohort_years.close(one, request.on.year, request.on.expected_version)

        return pb.CloseCohortResponse(cohort=await self._change(request, request.on, context, change))

    async def _change(
        self, request: Message, on: pb.CohortPrecondition, context: Context, use_case: Callable[[Errand], Awaitable[None]]
    ) -> pb.Cohort:
        """One change of a cohort, from its lock to reading it back."""
        actor = actor_of(context)
        async with errand(self.db, self.personal, actor, request, on.request_id) as one:
            await use_case(one)
            return await _whole(one.session, actor, on.year)


async def _whole(session: AsyncSession, actor: Actor, year: int) -> pb.Cohort:
    """A cohort with as much of its areas and gaps as the caller may see."""
    cohort = await queries.cohort(session, year)
    counts = await queries.area_counts(session, cohort)
    gaps, reach = await queries.gaps(session, cohort, counts), queries.reach_of(actor)
    seen = (reach,) if reach is not queries.ALL else tuple(count.code for count in counts)
    own = [count for count in counts if count.code in seen]
    return _cohort(cohort, own, [gap for gap in gaps if gap.area_code in ("", *seen)])


def _targets(given: pb.CohortTargets) -> Targets:
    towns = {town.area_code: town.target for town in given.town_targets}
    if len(towns) < len(given.town_targets):
        raise FieldsInvalid([FieldViolation("town_targets", "repeated.unique", "An area is named twice.")])
    return Targets(given.target_total, towns, day_of("recommend_by", given.recommend_by))


def _cohort(row: Cohort, counts: Sequence[AreaCount] = (), gaps: Sequence[Gap] = ()) -> pb.Cohort:
    waiver = None
    if row.survey_waiver and row.survey_waived_at:
        waived_at = moment(row.survey_waived_at)
        waiver = pb.SurveyWaiver(reason=row.survey_waiver, waived_by=str(row.survey_waived_by), waived_at=waived_at)
    return pb.Cohort(
        year=row.year,
        state=number_of(pb.CohortState, row.state),
        origin=number_of(pb.CohortOrigin, row.origin),
        target_total=row.target_total,
        district_per_area=row.district_per_area,
        recommend_by=row.recommend_by.isoformat() if row.recommend_by else "",
        survey_waiver=waiver,
        areas=[_area(count) for count in counts],
        gaps=[_gap(gap) for gap in gaps],
        published_at=moment(row.published_at) if row.published_at else None,
        closed_at=moment(row.closed_at) if row.closed_at else None,
        version=row.version,
    )


def _area(count: AreaCount) -> pb.CohortArea:
    return pb.CohortArea(
        area_code=count.code,
        area_name=count.name,
        district_count=count.district_have,
        district_target=count.district_want,
        town_count=count.town_have,
        town_target=count.town_target,
        undecided_count=count.undecided,
    )


def _gap(gap: Gap) -> pb.CohortGap:
    kind = number_of(pb.GapKind, gap.kind)
    return pb.CohortGap(kind=kind, area_code=gap.area_code, area_name=gap.area_name, have=gap.have, want=gap.want)
