"""A service is away: the door says so where it matters, and serves on where it does not."""

import asyncio

from tests.gateway.platform import Person, Platform
from tests.gateway.test_refusals import refused


async def back(person: Person, path: str) -> None:
    """Channels look for a service that came back at most two seconds apart."""
    for _ in range(100):
        if (await person.get(path)).status_code == 200:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{path} did not come back")


async def test_demands_go_on_while_registry_is_away(platform: Platform, liaison: Person) -> None:
    before = await liaison.submit()
    platform.stop("registry")
    try:
        sent = await liaison.submit()
        assert sent["state"] == "dispatched"
        answer = await liaison.get(f"/demands/{before['id']}/timeline")
        assert answer.status_code == 200
        lines = answer.json()["events"]
        assert (lines[0]["sentence"], lines[0]["who"]) == ("需求已提交", None)
        away = await liaison.get("/me")
        refused(away, 503, "UNAVAILABLE")
        assert int(away.headers["retry-after"]) >= 1
        codes = {"code": "code-anybody"}
        refused(await liaison.http.post("/api/v1/auth/wechat", json=codes), 503, "UNAVAILABLE")
    finally:
        platform.start("registry")
    await back(liaison, "/me")


async def test_the_others_serve_on_while_one_is_away(platform: Platform, liaison: Person) -> None:
    platform.stop("notify")
    try:
        refused(await liaison.get("/notifications"), 503, "UNAVAILABLE")
        assert (await liaison.get("/demands")).status_code == 200
    finally:
        platform.start("notify")
    await back(liaison, "/notifications")


async def test_the_door_stops_in_good_order(platform: Platform, liaison: Person) -> None:
    async with liaison.http.stream("GET", "/api/v1/events", headers=liaison.headers) as answer:
        platform.processes["gateway"]._process.send_signal(15)
        assert await answer.aread() == b"retry: 2000\n\n"  # ended, not cut
    status = platform.processes["gateway"]._process.wait(timeout=15)
    platform.start("gateway")
    assert status == 0
