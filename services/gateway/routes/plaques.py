"""铭牌和证书: made for a year's liaison points, handed over, returned or lost, made anew (notice 三（一）2)."""

from typing import Annotated
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import plaque_pb2
from fahu.registry.v1 import plaque_service_pb2 as pb
from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of_content
from services.gateway.openapi import tells
from services.gateway.routes.enterprises import LEVELS
from services.gateway.routes.plaque_schemas import STATES, IssueIn, MadeOut, PlaqueOut, PlaqueQuery, Plaques, ReasonIn

router = APIRouter(prefix="/api/v1", tags=["plaques"])
Reader = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON, *CENTRE, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
Manager = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR))]
Issuer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR, Role.ROLE_AREA_OFFICER))]
CohortYear = Annotated[int, Path(ge=2021, le=2200)]
CHANGES = ("PLAQUE_NOT_FOUND", "PLAQUE_WRONG_STATE")


@router.post(
    "/cohorts/{year}/plaques",
    summary="制作年度铭牌",
    openapi_extra=tells("PLAQUE_YEAR_NOT_PUBLISHED", "PLAQUE_CHARACTER_UNKNOWN", "PLAQUE_FONT_MISSING"),
)
async def make_plaques(year: CohortYear, caller: Manager) -> MadeOut:
    """Make one for every liaison point of the year that never had one, or none. Again, it makes what is missing since."""
    answer = await caller.clients.plaques.MakePlaques(pb.MakePlaquesRequest(year=year))
    return MadeOut(made_count=answer.made_count, live_count=answer.live_count)


@router.get("/plaques", summary="铭牌列表", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_plaques(query: Annotated[PlaqueQuery, Query()], caller: Reader) -> Plaques:
    """The plaques of a year that the caller may see, by number."""
    request = pb.ListPlaquesRequest(
        year=query.year,
        area_code=query.area,
        level=LEVELS.number(query.level),
        state=STATES.number(query.plaque_state),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.plaques.ListPlaques(request)
    names = await caller.clients.person_names(one.issued_by for one in answer.plaques)
    found = [PlaqueOut.of(one, names) for one in answer.plaques]
    return Plaques(plaques=found, next_page_token=answer.next_page_token)


@router.get(
    "/plaques/{plaque_id}", response_model=PlaqueOut, summary="一块铭牌", openapi_extra=tells("PLAQUE_NOT_FOUND", etag=True)
)
async def get_plaque(plaque_id: UUID, caller: Reader) -> Response:
    """One plaque with what became of it, and what its code says today."""
    found = (await caller.clients.plaques.GetPlaque(pb.GetPlaqueRequest(plaque_id=str(plaque_id)))).plaque
    answer = await _answer(found, caller)
    etag = answer.headers["etag"]
    return Response(status_code=304, headers={"etag": etag}) if caller.heads.has(etag) else answer


@router.post(
    "/plaques/{plaque_id}/issue",
    response_model=PlaqueOut,
    summary="颁发铭牌",
    openapi_extra=tells(
        *CHANGES,
        "PLAQUE_POINT_WITHDRAWN",
        "PLAQUE_DAY_INVALID",
        "PERSON_NOT_FOUND",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def issue_plaque(plaque_id: UUID, body: IssueIn, caller: Issuer) -> Response:
    """Record that it was handed over: today and by the caller, unless told otherwise."""
    request = pb.IssuePlaqueRequest(
        on=_on(plaque_id, caller),
        issued_on=body.issued_on or "",
        issued_by=str(body.issued_by) if body.issued_by else "",
    )
    return await _answer((await caller.clients.plaques.IssuePlaque(request)).plaque, caller)


@router.post(
    "/plaques/{plaque_id}/return",
    response_model=PlaqueOut,
    summary="交回铭牌",
    openapi_extra=tells(*CHANGES, idempotent=True, versioned=True, etag=True),
)
async def return_plaque(plaque_id: UUID, body: ReasonIn, caller: Manager) -> Response:
    """Record that it came back. Who reads its code is told that it is withdrawn."""
    request = pb.ReturnPlaqueRequest(on=_on(plaque_id, caller), reason=body.reason)
    return await _answer((await caller.clients.plaques.ReturnPlaque(request)).plaque, caller)


@router.post(
    "/plaques/{plaque_id}/loss",
    response_model=PlaqueOut,
    summary="登记遗失",
    openapi_extra=tells(*CHANGES, idempotent=True, versioned=True, etag=True),
)
async def lose_plaque(plaque_id: UUID, body: ReasonIn, caller: Manager) -> Response:
    """Record that it is lost or spoilt. Who reads its code is told that it is withdrawn."""
    request = pb.LosePlaqueRequest(on=_on(plaque_id, caller), reason=body.reason)
    return await _answer((await caller.clients.plaques.LosePlaque(request)).plaque, caller)


@router.post(
    "/plaques/{plaque_id}/reissue",
    status_code=201,
    response_model=PlaqueOut,
    summary="补发铭牌",
    openapi_extra=tells(
        *CHANGES,
        "PLAQUE_POINT_WITHDRAWN",
        "PLAQUE_CHARACTER_UNKNOWN",
        "PLAQUE_FONT_MISSING",
        idempotent=True,
        versioned=True,
        etag=True,
    ),
)
async def reissue_plaque(plaque_id: UUID, caller: Manager) -> Response:
    """Make another one in place of one that was returned or lost, with a number and a code of its own."""
    answer = await caller.clients.plaques.ReissuePlaque(pb.ReissuePlaqueRequest(on=_on(plaque_id, caller)))
    return await _answer(answer.plaque, caller, 201)


def _on(plaque_id: UUID, caller: Caller) -> pb.PlaquePrecondition:
    return pb.PlaquePrecondition(
        plaque_id=str(plaque_id), expected_version=caller.heads.version(), request_id=caller.heads.idempotency_key()
    )


async def _answer(one: plaque_pb2.Plaque, caller: Caller, status: int = 200) -> Response:
    names = await caller.clients.person_names([one.issued_by])
    content = PlaqueOut.of(one, names).model_dump_json().encode()
    # What its code says changes with the year and with its liaison point, and its version does not.
    headers = {"etag": etag_of_content(one.version, content), "cache-control": "private, no-cache"}
    headers |= {"location": f"/api/v1/plaques/{one.id}"} if status == 201 else {}
    return Response(content, status, headers, "application/json")
