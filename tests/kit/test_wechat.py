"""The WeChat client against the sandbox over HTTP: what a person gets, and which failure means what."""

import asyncio
import logging
import shutil
import traceback
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.wechat import InvalidCode, NoConsent, Permanent, Retryable, WechatClient
from kit.wechat_values import fit
from stack.process import free_port
from stack.wechat_sandbox import DEMO_APP_ID, DEMO_SECRET
from stack.wechat_server import WechatSandbox

SEND = "/cgi-bin/message/subscribe/send"
REPLIED = "template-replied"
DATA = {"thing1": "关于排污许可证的咨询", "time2": "2026年11月23日 15:01"}


@pytest.fixture(scope="module")
def sandbox(server_dir: Path) -> Iterator[WechatSandbox]:
    server = WechatSandbox.start(server_dir / "wechat")
    yield server
    server.stop()


@pytest.fixture
async def client(sandbox: WechatSandbox) -> AsyncIterator[WechatClient]:
    async with _client(sandbox.url) as client:
        yield client


@pytest.fixture
async def control(sandbox: WechatSandbox) -> AsyncIterator[httpx.AsyncClient]:
    """The hands of the user and of chance."""
    async with httpx.AsyncClient(base_url=f"{sandbox.url}/sandbox") as control:
        yield control


def _client(url: str, *, secret: str = DEMO_SECRET, timeout: float = 8.0) -> WechatClient:
    return WechatClient(app_id=DEMO_APP_ID, secret=secret, base_url=url, timeout=timeout)


async def _allow(control: httpx.AsyncClient, openid: str, count: int = 1) -> None:
    body = {"openid": openid, "template_id": REPLIED, "count": count}
    (await control.post("/consent", json=body)).raise_for_status()


async def _fault(control: httpx.AsyncClient, **fault: int | str) -> None:
    (await control.post("/fault", json=fault)).raise_for_status()


async def _received(control: httpx.AsyncClient, openid: str) -> list[dict[str, Any]]:
    received: list[dict[str, Any]] = (await control.get("/messages", params={"openid": openid})).json()
    return received


async def test_a_login_code_gives_its_person_once(client: WechatClient) -> None:
    login = await client.login("code-wang")
    assert (login.openid, login.unionid) == ("wang", None)
    with pytest.raises(InvalidCode) as caught:
        await client.login("code-wang")
    assert caught.value.errcode == 40163
    assert (await client.login("code-wang~again")).openid == "wang"


async def test_a_phone_code_gives_its_number_once(client: WechatClient) -> None:
    phone = await client.phone_number("phone-13812345678")
    assert (phone.number, phone.country_code) == ("13812345678", "86")
    with pytest.raises(InvalidCode):
        await client.phone_number("phone-13812345678")


async def test_a_code_that_wechat_never_gave_is_invalid(client: WechatClient) -> None:
    with pytest.raises(InvalidCode) as caught:
        await client.login("made-up")
    assert caught.value.errcode == 40029
    with pytest.raises(InvalidCode):
        await client.phone_number("")


async def test_one_consent_lets_one_message_through(client: WechatClient, control: httpx.AsyncClient) -> None:
    with pytest.raises(NoConsent) as caught:
        await client.send_subscribe_message("li", REPLIED, DATA)
    assert caught.value.errcode == 43101
    await _allow(control, "li")
    await client.send_subscribe_message("li", REPLIED, DATA, page="pages/demand?id=7")
    with pytest.raises(NoConsent):
        await client.send_subscribe_message("li", REPLIED, DATA)
    (message,) = await _received(control, "li")
    assert message["data"] == {key: {"value": value} for key, value in DATA.items()}
    assert (message["template_id"], message["page"]) == (REPLIED, "pages/demand?id=7")
    assert (message["miniprogram_state"], message["lang"]) == ("formal", "zh_CN")


async def test_values_that_are_too_long_still_arrive(client: WechatClient, control: httpx.AsyncClient) -> None:
    await _allow(control, "chen")
    data: dict[str, str | datetime] = {
        "thing1": "关于企业搬迁后排污许可证是否需要重新申领的咨询",
        "time2": datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        "phrase3": "已答复（待评价）请打开",
        "character_string4": "编号 FH-2026-000123-0123456789-0123456789",
    }
    await client.send_subscribe_message("chen", REPLIED, data)
    (message,) = await _received(control, "chen")
    assert {key: item["value"] for key, item in message["data"].items()} == {
        "thing1": "关于企业搬迁后排污许可证是否需要重新申…",
        "time2": "2026年11月23日 17:30",
        "phrase3": "已答复待评",
        "character_string4": "FH-2026-000123-0123456789-012345",
    }


async def test_a_value_that_cannot_be_fitted_is_permanent_and_costs_no_consent(
    client: WechatClient, control: httpx.AsyncClient
) -> None:
    await _allow(control, "zhao")
    with pytest.raises(Permanent) as caught:
        await client.send_subscribe_message("zhao", REPLIED, {"time2": "soon"})
    assert caught.value.errcode == 47003
    await client.send_subscribe_message("zhao", REPLIED, DATA)


@pytest.mark.parametrize("state", ["expired", "replaced", "refused"])
async def test_a_token_that_died_early_is_renewed_unseen(
    client: WechatClient, control: httpx.AsyncClient, state: str
) -> None:
    await _allow(control, f"sun-{state}", 2)
    await client.send_subscribe_message(f"sun-{state}", REPLIED, DATA)
    (await control.post("/token", json={"state": state})).raise_for_status()
    await client.send_subscribe_message(f"sun-{state}", REPLIED, DATA)
    assert len(await _received(control, f"sun-{state}")) == 2


async def test_a_renewal_leaves_other_processes_their_token(sandbox: WechatSandbox, control: httpx.AsyncClient) -> None:
    """A forced refresh where asking would do makes two processes break each other's token for ever."""
    await _allow(control, "qian", 4)
    async with _client(sandbox.url) as one, _client(sandbox.url) as other:
        for client in (one, other):
            await client.send_subscribe_message("qian", REPLIED, DATA)
        (await control.post("/token", json={"state": "replaced"})).raise_for_status()
        await one.send_subscribe_message("qian", REPLIED, DATA)
        token = one._token
        await other.send_subscribe_message("qian", REPLIED, DATA)
        assert one._token == other._token == token


async def test_a_call_whose_new_token_is_refused_too_is_left_for_later(
    client: WechatClient, control: httpx.AsyncClient
) -> None:
    await _allow(control, "zhou")
    await _fault(control, errcode=40001, path=SEND, times=2)
    with pytest.raises(Retryable) as caught:
        await client.send_subscribe_message("zhou", REPLIED, DATA)
    assert caught.value.errcode == 40001
    await client.send_subscribe_message("zhou", REPLIED, DATA)


async def test_many_senders_share_one_token(sandbox: WechatSandbox, control: httpx.AsyncClient) -> None:
    """All but the first fetch of a token would fail here."""
    await _allow(control, "wu", 20)
    async with _client(sandbox.url) as client:
        await _fault(control, delay_ms=50, path="/cgi-bin/stable_token")
        await _fault(control, errcode=45009, path="/cgi-bin/stable_token", times=19)
        sends = (client.send_subscribe_message("wu", REPLIED, DATA) for _ in range(20))
        await asyncio.gather(*sends)
    (await control.delete("/fault")).raise_for_status()
    assert len(await _received(control, "wu")) == 20


@pytest.mark.parametrize("fault", [{"http_status": 502}, {"http_status": 403}, {"errcode": -1}, {"errcode": 45009}])
async def test_passing_trouble_is_retryable(client: WechatClient, control: httpx.AsyncClient, fault: dict[str, int]) -> None:
    await _fault(control, path="/sns/jscode2session", **fault)
    with pytest.raises(Retryable):
        await client.login("code-zheng")
    await client.login(f"code-zheng~{fault}")


async def test_a_slow_answer_is_retryable_and_ends_in_time(sandbox: WechatSandbox, control: httpx.AsyncClient) -> None:
    await _fault(control, delay_ms=2_000, path="/sns/jscode2session")
    async with _client(sandbox.url, timeout=0.2) as client, asyncio.timeout(1):
        with pytest.raises(Retryable):
            await client.login("code-slow")


async def test_nobody_there_is_retryable() -> None:
    async with _client(f"http://127.0.0.1:{free_port()}") as client:
        with pytest.raises(Retryable):
            await client.phone_number("phone-13812345678")


async def test_a_wrong_secret_is_permanent_and_shows_nowhere(
    sandbox: WechatSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = uuid4().hex
    async with _client(sandbox.url, secret=secret) as client:
        with pytest.raises(Permanent) as caught:
            await client.login("code-zhang~secret")
        with pytest.raises(Permanent):
            await client.phone_number("phone-13900000000")
    assert caught.value.errcode == 40125
    assert "/sns/jscode2session" in caplog.text  # the request log is on
    assert secret not in caplog.text + repr(client) + "".join(traceback.format_exception(caught.value))


async def test_consents_and_used_codes_survive_a_restart_of_the_sandbox(server_dir: Path) -> None:
    state = server_dir / "wechat-restart"
    first = WechatSandbox.start(state)
    async with _client(first.url) as client, httpx.AsyncClient(base_url=f"{first.url}/sandbox") as control:
        await client.login("code-feng")
        await _allow(control, "feng")
        first.kill()
        second = WechatSandbox.start(state, port=first.port)
        with pytest.raises(InvalidCode):
            await client.login("code-feng")
        await client.send_subscribe_message("feng", REPLIED, DATA)
    second.stop()
    shutil.rmtree(state)


KINDS = ["thing", "phrase", "name", "character_string", "phone_number"]
LIMITS = {"thing": 20, "phrase": 5, "name": 20, "character_string": 32, "phone_number": 17}


@given(st.sampled_from(KINDS), st.text(max_size=60))
def test_fitted_values_are_never_empty_nor_too_long(kind: str, text: str) -> None:
    value = fit(f"{kind}01", text)
    assert 0 < len(value) <= LIMITS[kind]
    assert not set(value) & set("\n\r\t")
    assert fit(kind, value) == value
