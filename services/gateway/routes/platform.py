"""What the door says of itself: health for a balancer, the API's description, and its interactive documentation.

The documentation is Swagger UI from a wheel, served from here: nothing is loaded from anywhere else.
"""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from services.gateway.auth import Anybody
from services.gateway.openapi import tells
from services.gateway.schemas import Out

router = APIRouter(prefix="/api", tags=["platform"])
ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>法护金企 API</title>
<link rel="icon" href="docs/assets/favicon.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
# No validator badge: it would show our description to a stranger's server.
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  tryItOutEnabled: true,
  persistAuthorization: false,
});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
A_DAY = "public, max-age=86400"


class Health(Out):
    """The door is open. Whether the services behind it are well is told on the operators' port."""

    status: Literal["ok"] = "ok"


@router.get("/health", summary="健康检查", openapi_extra=tells(local=True))
async def health(guest: Anybody) -> Health:
    """Whether this process answers."""
    return Health()


@router.get("/openapi.json", include_in_schema=False)
async def description(request: Request, guest: Anybody) -> Response:
    return JSONResponse(request.app.openapi(), headers={"cache-control": "no-cache"})


@router.get("/docs", include_in_schema=False)
async def documentation(guest: Anybody) -> Response:
    return HTMLResponse(PAGE, headers={"content-security-policy": POLICY, "cache-control": "no-cache"})


@router.get("/docs/start.js", include_in_schema=False)
async def documentation_start(guest: Anybody) -> Response:
    return Response(START, headers={"cache-control": "no-cache"}, media_type="text/javascript")


@router.get("/docs/assets/{name}", include_in_schema=False)
async def documentation_asset(
    name: Annotated[Literal["swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"], Path()], guest: Anybody
) -> Response:
    return Response(_asset(name), headers={"cache-control": A_DAY}, media_type=ASSETS[name])


@cache
def _asset(name: str) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()
