"""At the door, without signing in: a link is answered on two devices, once in each part, and leaves its token nowhere."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kit.db import Database
from tests.gateway.platform import Platform
from tests.gateway.test_refusals import refused
from tests.registry.answering import OPINION, PART_A, PART_B, WHOLE, Holder, invite

LINK = "/api/v1/survey-link"


@pytest.fixture(scope="module")
async def holders(platform: Platform) -> AsyncIterator[list[Holder]]:
    database = Database(platform.databases["registry"])
    yield await invite(database, 5, year=2047)  # a year that no other test asks about
    await database.close()


class Link:
    """One link on a device."""

    def __init__(self, http: httpx.AsyncClient, token: str) -> None:
        self.http, self.token = http, token

    async def ask(self, method: str, part: str = "", body: Any = None, **headers: str) -> httpx.Response:
        given = {"survey-token": self.token} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, f"{LINK}{part}", json=body, headers=given)

    async def submit(self, version: int, key: str = "", **changes: Any) -> httpx.Response:
        body = {"questionnaire_number": 1, "answers": WHOLE, "consented": True, "consent_version": "2026-1"} | changes
        return await self.ask("POST", "/submission", body, if_match=f'"{version}"', idempotency_key=key or uuid4().hex)

    async def give(self, **changes: Any) -> httpx.Response:
        return await self.ask("POST", "/opinion", {"questionnaire_number": 1, "answers": OPINION} | changes)


async def test_a_link_from_opening_to_both_parts(http: httpx.AsyncClient, holders: list[Holder]) -> None:
    link = Link(http, holders[0].token)
    seen = await link.ask("GET")
    assert (seen.status_code, seen.headers["cache-control"]) == (200, "private, no-store")
    shown = seen.json()
    assert (shown["part_a"], shown["part_b"], shown["state"]) == (PART_A, PART_B, "open")
    assert (shown["enterprise_name"], shown["answers"]["state"], shown["answers"]["version"]) == ("示例1", "none", 1)
    part = {"questionnaire_number": 1, "answers": {"staff": 8}}
    kept = await link.ask("PUT", "/draft", part, if_match='"1"')
    assert (kept.status_code, kept.headers["etag"], kept.json()["state"]) == (200, '"2"', "draft")
    elsewhere = (await link.ask("GET")).json()["answers"]
    assert (elsewhere["answers"], elsewhere["version"]) == ({"staff": 8}, 2)
    refused(await link.ask("PUT", "/draft", part | {"answers": {}}, if_match='"1"'), 412, "STALE_VERSION")
    handed_in = await link.submit(2, "once")
    assert (handed_in.status_code, handed_in.json()["state"], handed_in.headers["etag"]) == (200, "submitted", '"3"')
    assert (await link.submit(2, "once")).json() == handed_in.json()
    refused(await link.submit(2, "once", answers=WHOLE | {"staff": 1}), 422, "IDEMPOTENCY_KEY_REUSED")
    assert (await link.submit(3, answers=WHOLE | {"staff": 1})).json()["answers"]["staff"] == 1
    given = await link.give()
    assert (given.status_code, given.content) == (204, b"")
    refused(await link.give(), 409, "SURVEY_OPINION_GIVEN")
    assert (await link.ask("GET")).json()["opinion_given"] is True


async def test_part_b_shares_no_id_with_part_a(http: httpx.AsyncClient, holders: list[Holder]) -> None:
    """A client may send one id with both; what is logged of a failure is logged under it."""
    link, given = Link(http, holders[2].token), "sent-with-both"
    seen = await link.ask("GET", x_request_id=given)
    assert seen.headers["x-request-id"] == given
    body = {"questionnaire_number": 1, "answers": {"court": 9}}
    refusal = await link.ask("POST", "/opinion", body, x_request_id=given)
    problem = refused(refusal, 422, "SURVEY_ANSWERS_INVALID")
    body["answers"] = OPINION
    taken = await link.ask("POST", "/opinion", body, x_request_id=given)
    assert taken.status_code == 204
    ids = {refusal.headers["x-request-id"], problem["request_id"], taken.headers["x-request-id"]}
    assert given not in ids
    assert len(ids) == 2


async def test_refusals_name_the_questions(http: httpx.AsyncClient, holders: list[Holder]) -> None:
    link = Link(http, holders[1].token)
    problem = refused(await link.submit(1, answers={"staff": -1, "q": "x"}), 422, "SURVEY_ANSWERS_INVALID")
    assert [(one["field"], one["reason"], one["message"]) for one in problem["errors"]] == [
        ("answers.q", "FIELD_UNKNOWN", "没有这个字段"),
        ("answers.needs", "MISSING", "必填"),
        ("answers.staff", "OUT_OF_RANGE", "超出允许的范围"),
    ]
    refused(await link.submit(1, consented=False), 422, "SURVEY_CONSENT_MISSING")
    for hostile in ('"which": "\\ud800"', '"which": "\\u0000"', '"staff": NaN', '"staff": 1e999'):
        body = f'{{"questionnaire_number": 1, "answers": {{"needs": ["lecture"], {hostile}}}}}'
        headers = {"survey-token": link.token, "if-match": '"1"', "content-type": "application/json"}
        answer = await http.put(f"{LINK}/draft", content=body.encode(), headers=headers)
        refused(answer, 422, "SURVEY_ANSWERS_INVALID")
    long = {"questionnaire_number": 1, "answers": {"which": "长" * 90_000}}
    problem = refused(await link.ask("PUT", "/draft", long, if_match='"1"'), 422, "FIELDS_INVALID")
    assert [(one["field"], one["reason"]) for one in problem["errors"]] == [("answers", "TOO_LONG")]


async def test_a_link_that_nobody_holds_is_not_there_and_guessing_ends(
    http: httpx.AsyncClient, holders: list[Holder]
) -> None:
    refused(await Link(http, "no").ask("GET"), 404, "SURVEY_LINK_NOT_FOUND")
    refused(await http.get(LINK), 422, "FIELDS_INVALID")
    answers = [await Link(http, uuid4().hex).ask("GET") for _ in range(60)]
    assert {answer.status_code for answer in answers[:50]} == {404}
    problem = answers[-1]
    refused(problem, 429, "TOO_MANY_ATTEMPTS")
    assert 1 <= int(problem.headers["retry-after"]) <= 60


async def test_a_link_can_be_asked_so_often(http: httpx.AsyncClient, platform: Platform, holders: list[Holder]) -> None:
    link = Link(http, "x" * 32)  # counted before it is known that nobody holds it
    answers = [(await link.ask("GET")).status_code for _ in range(62)]
    assert answers[-1] == 429


async def test_neither_token_nor_answer_is_in_any_log(
    http: httpx.AsyncClient, platform: Platform, holders: list[Holder]
) -> None:
    """Also where something fails: the door names routes, and registry what failed."""
    told = "".join((platform.folder / f"{name}.log").read_text() for name in ("gateway", "registry"))
    metrics = (await http.get(f"http://127.0.0.1:{platform.ports['gateway.ops']}/metrics")).text
    assert f'route="{LINK}/opinion"' in metrics
    for holder in holders:
        for text in (told, metrics):
            assert holder.token not in text
            assert str(holder.enterprise_id) not in text
    assert "办理及时" not in told
    assert json.dumps("办理及时")[1:-1] not in told
