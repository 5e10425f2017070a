"""The few calls of WeChat's mini-program interface that the platform needs, with typed results and errors.

Who logged in, which phone number a user released, and subscription messages. Values for message templates
are fitted to WeChat's limits by kit.wechat_values.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self

import httpx

from kit.wechat_values import fit

WECHAT = "https://api.weixin.qq.com"

_TOKEN_REFUSED = frozenset({40001, 40014, 42001})
_CODE_REFUSED = frozenset({40029, 40163, 41008})
_NO_CONSENT = frozenset({43101})
# System busy; daily quota; too often per minute; two messages to one user at once.
_PASSING = frozenset({-1, 45009, 45011, 43108})
# In a token's last five minutes WeChat answers with its successor while the old one still works.
_RENEW_BEFORE_SECONDS = 300.0


class WechatError(Exception):
    """WeChat said no, or gave no answer in its own form: `errcode` is None then."""

    def __init__(self, errcode: int | None, errmsg: str) -> None:
        self.errcode = errcode
        self.errmsg = errmsg[:200]
        super().__init__(f"{self.errmsg} (errcode {errcode})")


class NoConsent(WechatError):
    """The user has no subscription left for this template: don't retry, use another channel."""


class Retryable(WechatError):
    """Timeout, connection, no proper answer, busy or over quota: the same call may succeed later.

    After a timeout a message may have been delivered all the same; the retry then meets NoConsent.
    """


class NotSent(Retryable):
    """No connection came about: WeChat surely knows nothing of the call."""


class InvalidCode(WechatError):
    """The login or phone code is wrong, expired or used: the user has to act again."""


class Permanent(WechatError):
    """Any other refusal: it will be the same next time, somebody has to mend something."""


@dataclass(frozen=True, slots=True)
class WechatLogin:
    """Whom a login code belongs to. The session key that comes with it is dropped: nothing here decrypts."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class WechatPhone:
    """A number that the user released: without country code, and that code ("86")."""

    number: str = field(repr=False)
    country_code: str


class WechatClient:
    """One mini-program's server side. Use it as an async context manager, or close it with aclose().

    `http` may be given to share its connections; it is then left open. `timeout` (seconds) bounds each method
    as a whole, a renewal of the access token included.
    """

    def __init__(
        self,
        *,
        app_id: str,
        secret: str,
        base_url: str = WECHAT,
        timeout: float = 8.0,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout
        self._http = http or httpx.AsyncClient()
        self._owns_http = http is None
        self._token = ""
        self._token_until = 0.0
        self._renewing = asyncio.Lock()
        logging.getLogger("httpx").addFilter(_without_query)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, unless they were given from outside."""
        if self._owns_http:
            await self._http.aclose()

    async def login(self, js_code: str) -> WechatLogin:
        """Exchange the code of wx.login; each works once, for five minutes."""
        query = {"appid": self._app_id, "secret": self._secret, "grant_type": "authorization_code"}
        async with self._in_time():
            answer = await self._call("GET", "/sns/jscode2session", query | {"js_code": js_code})
        return WechatLogin(openid=_text(answer, "openid"), unionid=answer.get("unionid") or None)

    async def phone_number(self, code: str) -> WechatPhone:
        """Exchange the code of the getPhoneNumber button; each works once, for five minutes."""
        async with self._in_time():
            answer = await self._call_with_token("/wxa/business/getuserphonenumber", {"code": code})
        info = answer.get("phone_info")
        if not isinstance(info, dict):
            raise Permanent(None, "the answer has no phone_info")
        return WechatPhone(_text(info, "purePhoneNumber"), str(info.get("countryCode", "")))

    async def send_subscribe_message(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str | datetime],
        *,
        page: str | None = None,
        miniprogram_state: Literal["developer", "trial", "formal"] = "formal",
        lang: str = "zh_CN",
    ) -> None:
        """Send one message; each uses up one consent. Values are fitted to the limits of their keys."""
        message: dict[str, object] = {
            "touser": openid,
            "template_id": template_id,
            "data": {key: {"value": fit(key, value)} for key, value in data.items()},
            "miniprogram_state": miniprogram_state,
            "lang": lang,
        }
        if page is not None:
            message["page"] = page
        async with self._in_time():
            await self._call_with_token("/cgi-bin/message/subscribe/send", message)

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except TimeoutError:
            raise Retryable(None, f"no answer within {self._timeout} s") from None

    async def _call_with_token(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        token = await self._current_token()
        try:
            return await self._call("POST", path, {"access_token": token}, body)
        except Permanent as refusal:
            if refusal.errcode not in _TOKEN_REFUSED:
                raise
        token = await self._token_after(token)
        try:
            return await self._call("POST", path, {"access_token": token}, body)
        except Permanent as refusal:
            if refusal.errcode not in _TOKEN_REFUSED:
                raise
            raise Retryable(refusal.errcode, refusal.errmsg) from None

    async def _current_token(self) -> str:
        async with self._renewing:
            if time.monotonic() >= self._token_until:
                await self._fetch_token(force=False)
            return self._token

    async def _token_after(self, refused: str) -> str:
        """A token to try after this one was refused.

        A forced refresh breaks the token of every other process and is allowed 20 times a day. So it comes
        last: often another task or process has renewed already, and WeChat hands its token out.
        """
        async with self._renewing:
            if self._token == refused:
                await self._fetch_token(force=False)
            if self._token == refused:
                await self._fetch_token(force=True)
            return self._token

    async def _fetch_token(self, *, force: bool) -> None:
        body = {"grant_type": "client_credential", "appid": self._app_id, "secret": self._secret}
        asked = time.monotonic()
        answer = await self._call("POST", "/cgi-bin/stable_token", {}, {**body, "force_refresh": force})
        self._token = _text(answer, "access_token")
        self._token_until = asked + float(answer.get("expires_in", 0)) - _RENEW_BEFORE_SECONDS

    async def _call(
        self, method: str, path: str, query: Mapping[str, str], body: Mapping[str, object] | None = None
    ) -> dict[str, Any]:
        """One request, in the time that _in_time leaves. `from None`: httpx's errors carry secret and token."""
        url = self._base_url + path
        try:
            response = await self._http.request(method, url, params=query, json=body, timeout=None)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent(None, f"{path}: {type(error).__name__}") from None
        except httpx.TransportError as error:
            raise Retryable(None, f"{path}: {type(error).__name__}") from None
        return _answer(path, response)


def _answer(path: str, response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer that is no refusal. WeChat refuses with HTTP 200 and an errcode."""
    try:
        answer = json.loads(response.content)
    except ValueError:
        answer = None
    if response.status_code != 200 or not isinstance(answer, dict):
        # Not WeChat's own word: an overloaded front, or a proxy of ours on the way.
        raise Retryable(None, f"{path}: HTTP {response.status_code} without an answer of WeChat's form")
    errcode = int(answer.get("errcode") or 0)
    if errcode:
        raise _kind(errcode)(errcode, str(answer.get("errmsg", "")))
    return answer


def _kind(errcode: int) -> type[WechatError]:
    if errcode in _NO_CONSENT:
        return NoConsent
    if errcode in _CODE_REFUSED:
        return InvalidCode
    return Retryable if errcode in _PASSING else Permanent


def _text(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Permanent(None, f"the answer has no {name}")
    return value


def _without_query(record: logging.LogRecord) -> bool:
    """Cut query strings from httpx's request log: WeChat wants secret, codes and tokens in them."""
    if isinstance(record.args, tuple):
        record.args = tuple(a.copy_with(query=None) if isinstance(a, httpx.URL) else a for a in record.args)
    return True
