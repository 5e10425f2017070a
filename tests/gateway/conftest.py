"""Real services behind a real door, and people who signed in at it."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kit import migrate
from kit.calendar import BEIJING
from stack.demo_data import Enterprise, Staff, one_for_each_area, staff
from stack.process import wait_until
from stack.servers import Nats
from stack.wechat_server import WechatSandbox
from tests.conftest import MakeDatabase
from tests.gateway.platform import DEMAND, ROOT, Person, Platform, fill, fresh_keyring

LOGINS = (
    "hrss.contact",
    "hrss.handler",
    "hrss.lead",
    "eco_env.contact",
    "eco_env.handler",
    "centre.operator",
    "centre.lead",
    "committee.supervisor",
    "zhujing.officer",
)
COHORT = one_for_each_area()
STAFF = {one.login: one for one in staff() if one.login in LOGINS}
SignIn = Callable[[Enterprise | str], Awaitable[Person]]


@pytest.fixture(scope="session")
def platform(server_dir: Path, make_database: MakeDatabase, nats_server: Nats) -> Iterator[Platform]:
    folder = server_dir / "gateway"
    wechat = WechatSandbox.start(folder / "wechat")
    databases = {name: _database(make_database, name) for name in ("registry", "dispatch", "courses", "notify")}
    shared = {
        "FAHU_NATS_URL": nats_server.url,
        "FAHU_NATS_MONITOR_URL": f"http://127.0.0.1:{nats_server.monitor_port}",
        "FAHU_WECHAT_BASE_URL": wechat.url,
        "FAHU_KEYRING_FILE": str(fresh_keyring(folder / "keyring.json")),
        "FAHU_SIGN_IN_PER_ADDRESS": "10000/minute",
    }
    platform = Platform(folder, shared, databases)
    platform.start("registry", "dispatch", "courses", "notify", "gateway")
    fill(platform, COHORT, list(STAFF.values()), datetime.now(BEIJING).year)
    _settle(platform)
    yield platform
    platform.stop()
    wechat.stop()


def _settle(platform: Platform) -> None:
    """Wait until registry's events have told dispatch whom it serves: a demand by the last of the cohort is routed."""
    with httpx.Client(base_url=f"{platform.url}/api/v1", trust_env=False) as http:
        last = COHORT[-1]
        token = http.post("/auth/wechat", json=wechat_codes(last)).json()["access_token"]

        def routed() -> bool:
            headers = {"authorization": f"Bearer {token}", "idempotency-key": str(uuid4())}
            answer = http.post("/demands", json=DEMAND | {"category_code": "eco_env"}, headers=headers)
            return answer.status_code == 201 and answer.json()["state"] == "dispatched"

        assert wait_until(routed, timeout=20.0, every=0.2)


def _database(make_database: MakeDatabase, name: str) -> str:
    return make_database(f"gateway_{name}", lambda url: migrate.upgrade(ROOT / "services" / name / "migrations", url))


@pytest.fixture
async def http(platform: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=platform.url, trust_env=False, timeout=15.0) as client:
        yield client


_codes = itertools.count(1)


def wechat_codes(who: Enterprise | Staff) -> dict[str, str]:
    """What WeChat gives the mini-program of this person; each works once."""
    number = next(_codes)
    return {"code": f"code-{who.openid}~{number}", "phone_code": f"phone-{who.phone}~{number}"}


@pytest.fixture(scope="session")
def sessions() -> dict[str, dict[str, Any]]:
    """Sign-ins so far: nobody signs in before every test."""
    return {}


@pytest.fixture
def sign_in(http: httpx.AsyncClient, sessions: dict[str, dict[str, Any]]) -> SignIn:
    """Somebody who signed in through WeChat: the contact of an enterprise, or staff by login."""

    async def sign_in(who: Enterprise | str) -> Person:
        found: Enterprise | Staff = STAFF[who] if isinstance(who, str) else who
        if found.openid not in sessions:
            answer = await http.post("/api/v1/auth/wechat", json=wechat_codes(found))
            assert answer.status_code == 200, answer.text
            sessions[found.openid] = answer.json()
        return Person(http, sessions[found.openid])

    return sign_in


@pytest.fixture
async def liaison(sign_in: SignIn) -> Person:
    """The contact of an enterprise in 朱泾镇, once the platform knows that it may send demands."""
    return await sign_in(COHORT[0])
