"""A stand-in for WeChat's mini-program interface, for development and tests: `python -m stack.wechat_sandbox`.

It answers on WeChat's own paths with WeChat's own JSON (HTTP 200 with an errcode for every refusal):

- Login codes are `code-<openid>`, phone codes `phone-<digits>`. Each works once, then 40163. To log the same
  person in again, put anything after a tilde: `code-<openid>~<anything>`. Every other code is refused with 40029.
- A message needs a consent and uses it up; without one it is refused with 43101. Values over WeChat's limits
  are refused with 47003 and use none up.
- Access tokens are checked: 40001 for one that is not the current one, 42001 for an expired one.

What WeChat does not have, because there a human or chance does it:

- `POST /sandbox/consent {openid, template_id, count=1}`: the user taps "allow" that many times.
- `GET /sandbox/messages?openid=`: what the user received, oldest first; without openid, everybody's.
- `POST /sandbox/fault {errcode?, http_status?, delay_ms?, times=1, path?}`: the next calls (to that path) fail
  like this; a delay alone delays and then answers. `DELETE /sandbox/fault` forgets what is left of them.
- `POST /sandbox/token {state: "expired" | "replaced" | "refused"}`: the token expires, another process
  replaces it, or it is refused although still handed out, until somebody forces a new one.

Consents and used codes survive a restart in `state.json` of the state directory; messages do not.
"""

import argparse
import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from stack.wechat_state import Fault, Sandbox, WechatRefusal

DEMO_APP_ID = "wx-sandbox"
DEMO_SECRET = "sandbox-secret"  # noqa: S105 - a stand-in's, worth nothing elsewhere


class ConsentIn(BaseModel):
    openid: str
    template_id: str
    count: int = 1


class FaultIn(BaseModel):
    errcode: int | None = None
    http_status: int | None = None
    delay_ms: int = 0
    times: int = 1
    path: str | None = None


class TokenIn(BaseModel):
    state: Literal["expired", "replaced", "refused"]


class FaultyAnswer(Exception):
    """A fault that was asked for: this HTTP status instead of an answer."""

    def __init__(self, status: int) -> None:
        self.status = status


def create_app(sandbox: Sandbox) -> FastAPI:
    """The sandbox as an application."""
    app = FastAPI(title="WeChat sandbox")
    app.state.sandbox = sandbox
    app.include_router(wechat)
    app.include_router(controls)
    app.add_exception_handler(WechatRefusal, _refusal)
    app.add_exception_handler(FaultyAnswer, _faulty)
    return app


async def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


async def _body(request: Request) -> dict[str, Any]:
    """The body as WeChat reads it: JSON whatever the content type says."""
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise WechatRefusal(47001, "data format error")
    return body


SandboxDep = Annotated[Sandbox, Depends(_sandbox)]
Body = Annotated[dict[str, Any], Depends(_body)]


async def _inject_fault(request: Request, sandbox: SandboxDep) -> None:
    fault = sandbox.next_fault(request.url.path)
    if fault is None:
        return
    await asyncio.sleep(fault.delay_ms / 1_000)
    if fault.http_status is not None:
        raise FaultyAnswer(fault.http_status)
    if fault.errcode is not None:
        raise WechatRefusal(fault.errcode, "injected fault")


async def _check_token(sandbox: SandboxDep, access_token: Annotated[str, Query()] = "") -> None:
    sandbox.tokens.check(access_token)


wechat = APIRouter(dependencies=[Depends(_inject_fault)])
controls = APIRouter(prefix="/sandbox")


@wechat.get("/sns/jscode2session")
async def code_to_session(
    sandbox: SandboxDep, appid: str = "", secret: str = "", js_code: str = "", grant_type: str = ""
) -> dict[str, str]:
    sandbox.check_app(appid, secret)
    if grant_type != "authorization_code":
        raise WechatRefusal(40002, "invalid grant_type")
    return {"openid": sandbox.use_code("code", js_code), "session_key": sandbox.session_key()}


@wechat.post("/cgi-bin/stable_token")
async def stable_token(sandbox: SandboxDep, body: Body) -> dict[str, str | int]:
    sandbox.check_app(body.get("appid"), body.get("secret"))
    if body.get("grant_type") != "client_credential":
        raise WechatRefusal(40002, "invalid grant_type")
    token, expires_in = sandbox.tokens.issue(force=body.get("force_refresh") is True)
    return {"access_token": token, "expires_in": expires_in}


@wechat.post("/wxa/business/getuserphonenumber", dependencies=[Depends(_check_token)])
async def phone_number(sandbox: SandboxDep, body: Body) -> dict[str, Any]:
    number = sandbox.use_code("phone", body.get("code"))
    info = {
        "phoneNumber": number,
        "purePhoneNumber": number,
        "countryCode": "86",
        "watermark": {"timestamp": sandbox.timestamp(), "appid": sandbox.app_id},
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": info}


@wechat.post("/cgi-bin/message/subscribe/send", dependencies=[Depends(_check_token)])
async def send_message(sandbox: SandboxDep, body: Body) -> dict[str, Any]:
    sandbox.deliver(body)
    return {"errcode": 0, "errmsg": "ok"}


@controls.get("/health")
async def health() -> dict[str, str]:
    return {"status": "ok"}


@controls.post("/consent")
async def consent(sandbox: SandboxDep, tap: ConsentIn) -> dict[str, int]:
    return {"count": sandbox.add_consent(tap.openid, tap.template_id, tap.count)}


@controls.get("/messages")
async def messages(sandbox: SandboxDep, openid: str | None = None) -> list[dict[str, Any]]:
    return [message for message in sandbox.messages if openid in (None, message["touser"])]


@controls.post("/fault", status_code=204)
async def fault(sandbox: SandboxDep, wanted: FaultIn) -> None:
    sandbox.faults.append(Fault(**wanted.model_dump()))


@controls.delete("/fault", status_code=204)
async def no_more_faults(sandbox: SandboxDep) -> None:
    sandbox.faults.clear()


@controls.post("/token", status_code=204)
async def token(sandbox: SandboxDep, wanted: TokenIn) -> None:
    if wanted.state == "expired":
        sandbox.tokens.expire()
    elif wanted.state == "refused":
        sandbox.tokens.refuse()
    else:
        sandbox.tokens.issue(force=True)


async def _refusal(request: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, WechatRefusal)  # noqa: S101 - registered for it alone
    return JSONResponse({"errcode": refusal.errcode, "errmsg": refusal.errmsg})


async def _faulty(request: Request, answer: Exception) -> Response:
    assert isinstance(answer, FaultyAnswer)  # noqa: S101 - registered for it alone
    return Response("injected fault", status_code=answer.status)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack.wechat_sandbox", description="Stand-in for WeChat.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state-dir", type=Path, required=True)
    parser.add_argument("--app-id", default=DEMO_APP_ID)
    parser.add_argument("--secret", default=DEMO_SECRET)
    parser.add_argument("--token-seconds", type=int, default=7_200, help="life of an access token")
    given = parser.parse_args()
    sandbox = Sandbox(given.app_id, given.secret, given.state_dir, given.token_seconds)
    uvicorn.run(create_app(sandbox), host="127.0.0.1", port=given.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
