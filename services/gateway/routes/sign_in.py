"""Sign-in: contacts and staff through WeChat, console staff by password and one-time code; refresh and sign-out."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.registry.v1 import account_pb2
from fahu.registry.v1 import account_service_pb2 as pb
from fastapi import APIRouter
from pydantic import Field

from kit.auth import Actor
from services.gateway.auth import Anybody, Parts
from services.gateway.errors import PhoneNotMainland
from services.gateway.openapi import tells
from services.gateway.routes.me import AccountOut
from services.gateway.schemas import NO_NUL, In, Out
from services.gateway.words import moment_of

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])
MAINLAND = "86"
WechatCode = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]


class WechatIn(In):
    """The code of wx.login; at the first sign-in the code of the phone button too, or an invite code instead."""

    code: WechatCode
    phone_code: WechatCode | None = None
    invite_code: Annotated[
        str | None,
        Field(min_length=1, max_length=40, pattern=NO_NUL, description="邀请码，不与 phone_code 并用。Not with phone_code."),
    ] = None


class PasswordIn(In):
    """Login name, password and the six digits of the moment."""

    login_name: Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)]
    password: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]
    totp: Annotated[str, Field(min_length=1, max_length=10, pattern=NO_NUL)]


class RefreshIn(In):
    """The newest refresh token of a session."""

    refresh_token: Annotated[str, Field(min_length=1, max_length=200, pattern=NO_NUL)]


class SessionOut(Out):
    """Tokens and who signed in. A refresh token works once."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a kind, no secret
    expires_in: Annotated[int, Field(description="访问令牌的有效秒数。Seconds the access token lives.")]
    refresh_token: str
    refresh_expires_at: datetime
    account: AccountOut


@router.post(
    "/wechat",
    summary="微信登录",
    openapi_extra=tells(
        "WECHAT_NOT_BOUND",
        "NOT_ON_ROSTER",
        "BOUND_TO_ANOTHER_WECHAT",
        "ACCOUNT_WITHOUT_ROLE",
        "INVITE_INVALID",
        "REBINDING_WAITING",
        "WECHAT_CODE_INVALID",
        "WECHAT_UNAVAILABLE",
        "WECHAT_REFUSED",
        "PHONE_NOT_MAINLAND",
        "TOO_MANY_ATTEMPTS",
    ),
)
async def sign_in_with_wechat(body: WechatIn, guest: Anybody) -> SessionOut:
    """Sign in through WeChat. Bound to the roster by the phone number that WeChat confirmed, or by an invite."""
    parts = guest.parts
    parts.per_address.count(guest.address)
    openid = (await parts.wechat.login(body.code)).openid
    parts.per_openid.count(openid)
    phone = await confirmed_phone(parts, body.phone_code) if body.phone_code else ""
    request = pb.SignInWithWechatRequest(openid=openid, phone=phone, invite_code=body.invite_code or "")
    answer = await parts.clients.sessions.SignInWithWechat(request)
    return _session(parts, answer.account, answer.session)


@router.post(
    "/password",
    summary="密码和动态口令登录",
    openapi_extra=tells("CREDENTIALS_WRONG", "ACCOUNT_WITHOUT_ROLE", "TOO_MANY_ATTEMPTS"),
)
async def sign_in_with_password(body: PasswordIn, guest: Anybody) -> SessionOut:
    """Sign in to the console. Which of the three parts was wrong is never told."""
    parts = guest.parts
    parts.per_address.count(guest.address)
    parts.per_login.count(body.login_name.casefold())
    request = pb.SignInWithPasswordRequest(login_name=body.login_name, password=body.password, totp=body.totp)
    answer = await parts.clients.sessions.SignInWithPassword(request)
    return _session(parts, answer.account, answer.session)


@router.post("/refresh", summary="续期", openapi_extra=tells("SESSION_ENDED", "TOO_MANY_ATTEMPTS"))
async def refresh_session(body: RefreshIn, guest: Anybody) -> SessionOut:
    """Turn a refresh token into the next tokens. One that was used before ends its session."""
    guest.parts.refreshes.count(guest.address)
    answer = await guest.parts.clients.sessions.RefreshSession(pb.RefreshSessionRequest(refresh_token=body.refresh_token))
    return _session(guest.parts, answer.account, answer.session)


@router.post("/sign-out", status_code=204, summary="退出", openapi_extra=tells("TOO_MANY_ATTEMPTS"))
async def sign_out(body: RefreshIn, guest: Anybody) -> None:
    """End a session. An unknown token is no error."""
    guest.parts.refreshes.count(guest.address)
    await guest.parts.clients.sessions.EndSession(pb.EndSessionRequest(refresh_token=body.refresh_token))


async def confirmed_phone(parts: Parts, code: str) -> str:
    """The mainland number behind the phone button's code. Raises PhoneNotMainland."""
    phone = await parts.wechat.phone_number(code)
    if phone.country_code != MAINLAND:
        raise PhoneNotMainland
    return phone.number


def _session(parts: Parts, account: account_pb2.Account, session: account_pb2.Session) -> SessionOut:
    return SessionOut(
        access_token=parts.signer.for_person(_actor(account)),
        expires_in=parts.signer.lifetime,
        refresh_token=session.refresh_token,
        refresh_expires_at=moment_of(session.expires_at),
        account=AccountOut.of(account),
    )


def _actor(account: account_pb2.Account) -> Actor:
    return Actor(
        subject=account.person_id,
        roles=frozenset(account.roles),
        unit_code=account.unit_code,
        organisation_id=UUID(account.enterprise_id) if account.enterprise_id else None,
        area_code=account.area_code,
    )
