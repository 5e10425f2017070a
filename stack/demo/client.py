"""The demonstration's people: they sign in as real ones would, and do everything over the gateway's REST API."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
import pyotp

Json = dict[str, Any]
TRIES = 3
TOTP_SECONDS = 30
LONGEST_WAIT_SECONDS = 65
# A year's survey takes up to 25 to close.
LONGEST_ANSWER_SECONDS = 30


class Refused(Exception):
    """The platform said no where the story expects a yes; the message quotes its problem."""

    def __init__(self, what: str, response: httpx.Response) -> None:
        problem = response.json() if "json" in response.headers.get("content-type", "") else {}
        self.reason, self.title = str(problem.get("reason", "")), str(problem.get("title", ""))
        self.errors: list[Json] = problem.get("errors") or []
        super().__init__(f"{what}: HTTP {response.status_code} {problem or response.text[:200]}")


@dataclass(frozen=True)
class Person:
    """Somebody signed in."""

    name: str
    openid: str
    account: Json
    _platform: "Platform"
    token: str

    @property
    def id(self) -> str:
        return str(self.account["person_id"])

    async def get(self, path: str, **query: Any) -> Json:
        return await self._platform.call("GET", path, self.token, params=query)

    async def post(self, path: str, body: Json, version: int | None = None) -> Json:
        """Do something once: with an idempotency key, and the version that was seen where something is changed."""
        headers = {"idempotency-key": uuid.uuid4().hex}
        if version is not None:
            headers["if-match"] = f'"{version}"'
        return await self._platform.call("POST", path, self.token, json=body, headers=headers)

    async def fetch(self, path: str, **query: Any) -> bytes:
        """A file."""
        return (await self._platform.request("GET", path, self.token, params=query)).content

    async def post_for_file(self, path: str, body: Json) -> bytes:
        """Do something that is answered with a file."""
        headers = {"idempotency-key": uuid.uuid4().hex}
        return (await self._platform.request("POST", path, self.token, json=body, headers=headers)).content

    async def send_rows(self, path: str, csv: str) -> Json:
        """Send a list as its importers get it."""
        headers = {"content-type": "text/csv"}
        return await self._platform.call("POST", path, self.token, content=csv.encode(), headers=headers)

    async def send_file(self, name: str, content: bytes, media_type: str, to: str = "/attachments") -> Json:
        """Upload a file: to be attached to a demand, or to what has files of its own."""
        headers = {"idempotency-key": uuid.uuid4().hex, "content-type": media_type}
        query = {"file_name": name}
        return await self._platform.call("POST", to, self.token, params=query, content=content, headers=headers)

    async def all_of(self, path: str, member: str, **query: Any) -> AsyncIterator[Json]:
        """Every row of a list, page after page."""
        token = ""
        while True:
            page = await self.get(path, **query, page_size=100, page_token=token)
            for row in page[member]:
                yield row
            token = page["next_page_token"]
            if not token:
                return


class Platform:
    """The gateway, and WeChat beside it for what a human does there."""

    def __init__(self, gateway_url: str, wechat_url: str) -> None:
        self._http = httpx.AsyncClient(base_url=f"{gateway_url}/api/v1", timeout=LONGEST_ANSWER_SECONDS, trust_env=False)
        self._wechat = httpx.AsyncClient(base_url=f"{wechat_url}/sandbox", timeout=15, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        await self._wechat.aclose()

    async def call(self, method: str, path: str, token: str = "", **request: Any) -> Json:
        """One request that is answered with JSON, or with nothing."""
        response = await self.request(method, path, token, **request)
        return dict(response.json()) if response.content else {}

    async def page(self, url: str) -> str:
        """What anybody reads at a public address."""
        return (await self.request("GET", url)).text

    async def request(self, method: str, path: str, token: str = "", **request: Any) -> httpx.Response:
        """One request. Raises Refused for anything but success; waits where the platform asks for patience."""
        headers = request.pop("headers", {}) | ({"authorization": f"Bearer {token}"} if token else {})
        for _ in range(TRIES):
            response = await self._http.request(method, path, headers=headers, **request)
            if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
                break
            await asyncio.sleep(min(int(response.headers["retry-after"]), LONGEST_WAIT_SECONDS))
        if not response.is_success:
            raise Refused(f"{method} {path}", response)
        return response

    async def sign_in_through_wechat(self, name: str, openid: str, phone: str) -> Person:
        """As the mini-program does: a login code, and the phone button's code when the platform does not know us yet."""
        once = uuid.uuid4().hex[:12]
        try:
            session = await self.call("POST", "/auth/wechat", json={"code": f"code-{openid}~{once}"})
        except Refused as refused:
            if refused.reason != "WECHAT_NOT_BOUND":
                raise
            body = {"code": f"code-{openid}~{once}p", "phone_code": f"phone-{phone}~{once}"}
            session = await self.call("POST", "/auth/wechat", json=body)
        return Person(name, openid, session["account"], self, session["access_token"])

    async def sign_in_by_password(self, name: str, login: str, password: str, totp_secret: str) -> Person:
        """As the console does. A code that was used already is followed by the next one."""
        body = {"login_name": login, "password": password}
        codes = pyotp.TOTP(totp_secret)
        for ahead in range(TRIES):
            # The platform takes the next step's code too; the one after that must be waited for.
            if ahead == TRIES - 1:
                await asyncio.sleep(TOTP_SECONDS)
            totp = codes.at(datetime.now(UTC) + timedelta(seconds=TOTP_SECONDS * min(ahead, 1)))
            try:
                session = await self.call("POST", "/auth/password", json=body | {"totp": totp})
            except Refused as refused:
                if refused.reason != "CREDENTIALS_WRONG" or ahead == TRIES - 1:
                    raise
            else:
                return Person(name, "", session["account"], self, session["access_token"])
        raise AssertionError("the last try either returned or raised")

    async def agree(self, person: Person, templates: list[str]) -> None:
        """The person taps "allow" in WeChat, and the mini-program tells the platform."""
        for template in templates:
            consent = {"openid": person.openid, "template_id": template}
            (await self._wechat.post("/consent", json=consent)).raise_for_status()
        await person.post("/notification-templates/consents", {"template_ids": templates})

    async def received(self, person: Person) -> list[Json]:
        """What WeChat brought to the person's phone."""
        response = await self._wechat.get("/messages", params={"openid": person.openid})
        return [dict(message) for message in response.raise_for_status().json()]
