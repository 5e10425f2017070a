"""Live updates of the caller's inbox as server-sent events."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.auth import AnyRole
from services.gateway.examples import things
from services.gateway.openapi import tells
from services.gateway.stream import EventStream

router = APIRouter(prefix="/api/v1/events", tags=["notifications"])
STREAM = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": things.STREAM}}}}


@router.get(
    "",
    response_class=Response,
    status_code=200,
    responses=STREAM,  # type: ignore[arg-type]
    summary="实时更新",
    openapi_extra=tells("TOO_MANY_STREAMS", local=True),
)
async def listen(caller: AnyRole) -> Response:
    """A stream of `notification` events, each saying that the inbox changed, and a comment every 15 seconds.

    It ends when the access token expires or is revoked: refresh, connect again, read the inbox. Five streams a person.
    """
    until = caller.actor.issued_at + timedelta(seconds=caller.parts.signer.lifetime)
    return EventStream(caller.parts.streams, caller.actor.subject, until)
