"""审核推荐: many nominations accepted with one request, all of them or none."""

from typing import Annotated

from fahu.registry.v1 import nomination_service_pb2 as pb
from fastapi import APIRouter
from pydantic import Field

from services.gateway.openapi import tells
from services.gateway.routes.cohorts import Supervisor
from services.gateway.routes.nominations import NominationOut, nomination_out
from services.gateway.schemas import WHOLE, GivenId, In, Out

router = APIRouter(prefix="/api/v1/nomination-acceptances", tags=["cohorts"])


class SeenIn(In):
    """一条推荐，和您看到的版本。"""

    id: GivenId
    version: Annotated[int, Field(ge=1, lt=10**18, description="您看到的版本。The version that the caller saw."), WHOLE]


class AcceptanceIn(In):
    """通过哪些推荐，每条一次；区级席位依次取得。"""

    nominations: Annotated[list[SeenIn], Field(min_length=1, max_length=200, description="最多 200 条。At most 200.")]


class Accepted(Out):
    """In the order of the request."""

    nominations: list[NominationOut]


@router.post("", summary="批量通过推荐", openapi_extra=tells("NOMINATIONS_REFUSED", idempotent=True))
async def accept_nominations(body: AcceptanceIn, caller: Supervisor) -> Accepted:
    """Accept several, all or none. Those of district level take the lowest free seats of their areas, in their order."""
    request = pb.AcceptNominationsRequest(
        nominations=[pb.SeenNomination(id=str(one.id), version=one.version) for one in body.nominations],
        request_id=caller.heads.idempotency_key(),
    )
    answer = await caller.clients.nominations.AcceptNominations(request)
    return Accepted(nominations=[nomination_out(one) for one in answer.nominations])
