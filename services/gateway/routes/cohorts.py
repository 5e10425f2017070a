"""A year's liaison points (notice 三（一）2: 每年确定一批): imported, or made here from nominations and published whole."""

from typing import Annotated, Any

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import cohort_service_pb2 as pb
from fahu.registry.v1 import registry_service_pb2
from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of_content
from services.gateway.openapi import tells
from services.gateway.routes.cohort_schemas import (
    STATES,
    AdvanceIn,
    CohortIn,
    CohortOut,
    Cohorts,
    FirstYear,
    TargetsIn,
    WaiverIn,
    summary,
    whole,
)
from services.gateway.schemas import Page
from services.gateway.sheets import REFUSALS, TAKES_FILE, ImportQuery, ImportReport, report, sent_file

router = APIRouter(prefix="/api/v1/cohorts", tags=["cohorts"])
Importer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]
Overseer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Supervisor = Annotated[Caller, Depends(allow(Role.ROLE_SUPERVISOR))]
Year = Annotated[FirstYear, Path(description="年度。Year.")]


def _changes(*reasons: str) -> dict[str, Any]:
    own = ("COHORT_NOT_FOUND", "COHORT_WRONG_STATE", *reasons)
    return tells(*own, idempotent=True, versioned=True, etag=True)


@router.get("", summary="各年度名单", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_cohorts(query: Annotated[Page, Query()], caller: Overseer) -> Cohorts:
    """The lists of all years, the newest first."""
    request = pb.ListCohortsRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await caller.clients.cohorts.ListCohorts(request)
    return Cohorts(cohorts=[summary(one) for one in answer.cohorts], next_page_token=answer.next_page_token)


@router.post(
    "",
    status_code=201,
    response_model=CohortOut,
    summary="启动年度名单",
    openapi_extra=tells("COHORT_EXISTS", "AREA_NOT_IN_COHORT", idempotent=True, etag=True),
)
async def begin_cohort(body: CohortIn, caller: Supervisor) -> Response:
    """Begin the list of a year, prepared from the year before if wanted. Such a list takes no import."""
    request = pb.BeginCohortRequest(
        year=body.year,
        targets=body.message(),
        district_per_area=body.district_per_area,
        prepare_from_previous=body.prepare_from_previous,
        request_id=caller.heads.idempotency_key(),
    )
    return _answer((await caller.clients.cohorts.BeginCohort(request)).cohort, 201)


@router.get(
    "/{year}", response_model=CohortOut, summary="一个年度的名单", openapi_extra=tells("COHORT_NOT_FOUND", etag=True)
)
async def get_cohort(year: Year, caller: Overseer) -> Response:
    """One year with what its areas have and everything that its list lacks, as of now."""
    answer = _answer((await caller.clients.cohorts.GetCohort(pb.GetCohortRequest(year=year))).cohort)
    etag = answer.headers["etag"]
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else answer


@router.put(
    "/{year}/targets",
    response_model=CohortOut,
    summary="设定目标数",
    openapi_extra=_changes("AREA_NOT_IN_COHORT"),
)
async def set_cohort_targets(year: Year, body: TargetsIn, caller: Supervisor) -> Response:
    """Set how many points there shall be, in all and in each area, and by when areas nominate."""
    request = pb.SetCohortTargetsRequest(on=_on(year, caller), targets=body.message())
    return _answer((await caller.clients.cohorts.SetCohortTargets(request)).cohort)


@router.post("/{year}/advance", response_model=CohortOut, summary="进入下一阶段", openapi_extra=_changes())
async def advance_cohort(year: Year, body: AdvanceIn, caller: Supervisor) -> Response:
    """Go on to surveying, recommending or reviewing, or from reviewing back to recommending."""
    request = pb.AdvanceCohortRequest(on=_on(year, caller), to=STATES.number(body.to))
    return _answer((await caller.clients.cohorts.AdvanceCohort(request)).cohort)


@router.post("/{year}/survey-waiver", response_model=CohortOut, summary="免除年度问卷", openapi_extra=_changes())
async def waive_survey(year: Year, body: WaiverIn, caller: Supervisor) -> Response:
    """Let the list be published without the annual survey of the year, for a reason that stays with it."""
    request = pb.WaiveSurveyRequest(on=_on(year, caller), reason=body.reason)
    return _answer((await caller.clients.cohorts.WaiveSurvey(request)).cohort)


@router.post("/{year}/publish", response_model=CohortOut, summary="公布名单", openapi_extra=_changes("COHORT_INCOMPLETE"))
async def publish_cohort(year: Year, caller: Supervisor) -> Response:
    """Make every accepted nomination a liaison point at once. Refused with everything that the list lacks."""
    request = pb.PublishCohortRequest(on=_on(year, caller))
    return _answer((await caller.clients.cohorts.PublishCohort(request)).cohort)


@router.post("/{year}/close", response_model=CohortOut, summary="结束年度", openapi_extra=_changes())
async def close_cohort(year: Year, caller: Supervisor) -> Response:
    """End the year of a published list, for good."""
    request = pb.CloseCohortRequest(on=_on(year, caller))
    return _answer((await caller.clients.cohorts.CloseCohort(request)).cohort)


@router.post(
    "/{year}/import",
    summary="导入年度联系点",
    openapi_extra=tells(*REFUSALS, "COHORT_IS_RUN", "COHORT_WRONG_STATE") | TAKES_FILE,
)
async def import_cohort(
    year: Year, query: Annotated[ImportQuery, Query()], request: Request, caller: Importer
) -> ImportReport:
    """Import an XLSX or CSV file, at most 2 MiB, sent as the body. Importing the same file again changes nothing."""
    name, content = await sent_file(request)
    answer = await caller.clients.registry.ImportCohort(
        registry_service_pb2.ImportCohortRequest(year=year, file_name=name, content=content, dry_run=query.dry_run)
    )
    return report(answer.row_count, answer.created_count, answer.errors, query.dry_run)


def _on(year: int, caller: Caller) -> pb.CohortPrecondition:
    """Which cohort, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return pb.CohortPrecondition(year=year, expected_version=version, request_id=key)


def _answer(one: pb.Cohort, status: int = 200) -> Response:
    """Nominations and withdrawals change what areas have, and no version of the list: the ETag tells of them as well."""
    content = whole(one).model_dump_json().encode()
    headers = {"etag": etag_of_content(one.version, content), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/cohorts/{one.year}"} if status == 201 else {}
    return Response(content, status, headers, "application/json")
