"""Whatever is wrong with a request, the answer is a problem with a stable reason, and nothing is half-done."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fahu.access.v1.access_pb2 import Role

from kit.auth import TokenSigner, generate_keys
from services.gateway.edge import MAX_BODY_BYTES
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import DEMAND, Person
from tests.signing import keys, person, signer

FOREIGN = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
NOWHERE = "/demands/0192f0c1-0000-7000-8000-000000000000"


def refused(answer: httpx.Response, status: int, reason: str) -> dict[str, Any]:
    """Check the form of a problem, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["reason"] == reason
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{reason.lower().replace('_', '-')}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in problem["title"])
    return problem


def fields(problem: dict[str, Any]) -> dict[str, str]:
    return {one["field"]: one["reason"] for one in problem["errors"]}


async def test_texts_must_say_something_and_not_too_much(liaison: Person) -> None:
    blank = await liaison.post("/demands", DEMAND | {"title": "\u3000 ", "body": ""})
    assert fields(refused(blank, 422, "FIELDS_INVALID")) == {"title": "BLANK", "body": "TOO_SHORT"}
    long = await liaison.post("/demands", DEMAND | {"title": "题" * 101, "body": "文" * 5001})
    problem = refused(long, 422, "FIELDS_INVALID")
    assert fields(problem) == {"title": "TOO_LONG", "body": "TOO_LONG"}
    assert [one["message"] for one in problem["errors"]] == ["过长，最多 100", "过长，最多 5000"]
    full = await liaison.post("/demands", DEMAND | {"title": "题" * 100, "body": "文" * 5000})
    assert full.status_code == 201


async def test_what_was_sent_is_never_told_back(liaison: Person) -> None:
    answer = await liaison.post("/demands", DEMAND | {"kind": "秘密", "id_number": "秘密", "title": "秘密" * 51})
    assert "秘密" not in answer.text
    assert fields(answer.json()) == {"kind": "VALUE_UNKNOWN", "title": "TOO_LONG", "id_number": "FIELD_UNKNOWN"}


async def test_an_unknown_category_names_its_field(liaison: Person) -> None:
    problem = refused(await liaison.post("/demands", DEMAND | {"category_code": "nothing"}), 422, "CATEGORY_UNKNOWN")
    assert fields(problem) == {"category_code": "CATEGORY_UNKNOWN"}


async def test_nothing_is_converted(liaison: Person) -> None:
    demand = await liaison.submit()
    for wrong in (True, "5", 5.5, None, 6):
        answer = await liaison.post(f"/demands/{demand['id']}/rating", {"satisfaction": wrong, "solved": "yes"}, etag='"2"')
        assert list(fields(refused(answer, 422, "FIELDS_INVALID"))) == ["satisfaction"]
    answer = await liaison.post(f"/demands/{demand['id']}/withdraw", {"reason": "x", "asked_by_agency": "no"}, etag='"2"')
    assert fields(refused(answer, 422, "FIELDS_INVALID")) == {"asked_by_agency": "TYPE_WRONG"}


@pytest.mark.parametrize(
    ("body", "kind", "status", "reason"),
    [
        (b"{", "application/json", 400, "BODY_UNREADABLE"),
        (b"\xff\xfe{}", "application/json", 400, "BODY_UNREADABLE"),
        (b"[" * 100_000, "application/json", 400, "BODY_UNREADABLE"),
        *[(json.dumps(DEMAND).encode(code), "application/json", 400, "BODY_UNREADABLE") for code in FOREIGN],
        (json.dumps(DEMAND).encode(), "text/plain", 415, "CONTENT_TYPE_UNSUPPORTED"),
        (b"title=x", "application/x-www-form-urlencoded", 415, "CONTENT_TYPE_UNSUPPORTED"),
        (b"", "application/json", 422, "FIELDS_INVALID"),
        (b"[]", "application/json", 422, "FIELDS_INVALID"),
        (b'{"title":"\\ud800"}', "application/json", 422, "FIELDS_INVALID"),
        (b'{"title":"\\u0000"}', "application/json", 422, "FIELDS_INVALID"),
    ],
)
async def test_bodies_that_cannot_be_read(
    liaison: Person, http: httpx.AsyncClient, body: bytes, kind: str, status: int, reason: str
) -> None:
    headers = liaison.headers | {"content-type": kind, "idempotency-key": "k"}
    refused(await http.post("/api/v1/demands", content=body, headers=headers), status, reason)


async def test_utf16_opens_no_door_that_asks_nobody(http: httpx.AsyncClient) -> None:
    body = json.dumps({"refresh_token": "x"}).encode("utf-16")
    answer = await http.post("/api/v1/auth/refresh", content=body, headers={"content-type": "application/json"})
    refused(answer, 400, "BODY_UNREADABLE")


async def test_a_body_too_large_is_not_read(liaison: Person, http: httpx.AsyncClient) -> None:
    headers = liaison.headers | {"content-type": "application/json", "idempotency-key": "k"}

    async def endless() -> Any:
        for _ in range(MAX_BODY_BYTES // 65_536 + 2):
            yield b" " * 65_536

    large = b" " * (MAX_BODY_BYTES + 1)
    refused(await http.post("/api/v1/demands", content=large, headers=headers), 413, "BODY_TOO_LARGE")
    refused(await http.post("/api/v1/demands", content=endless(), headers=headers), 413, "BODY_TOO_LARGE")


async def test_creating_and_moving_need_a_key(liaison: Person) -> None:
    refused(await liaison.post("/demands", DEMAND, key=""), 400, "IDEMPOTENCY_KEY_MISSING")
    for wrong in ("k" * 65, "two words"):
        refused(await liaison.post("/demands", DEMAND, key=wrong), 400, "IDEMPOTENCY_KEY_INVALID")
    assert (await liaison.post("/demands", DEMAND, key="!" + "~" * 63)).status_code == 201
    refused(await liaison.post(f"{NOWHERE}/withdraw", {"reason": "x"}, etag='"1"', key=""), 400, "IDEMPOTENCY_KEY_MISSING")
    refused(
        await liaison.post("/notification-templates/consents", {"template_ids": ["x"]}, key=""),
        400,
        "IDEMPOTENCY_KEY_MISSING",
    )


async def test_a_key_belongs_to_its_content(liaison: Person) -> None:
    key = str(uuid4())
    await liaison.post("/demands", DEMAND, key=key)
    problem = refused(await liaison.post("/demands", DEMAND | {"title": "另一件事"}, key=key), 422, "IDEMPOTENCY_KEY_REUSED")
    assert fields(problem) == {"Idempotency-Key": "IDEMPOTENCY_KEY_REUSED"}


async def test_a_change_names_the_version_it_saw(liaison: Person) -> None:
    path = f"/demands/{(await liaison.submit())['id']}/withdraw"
    body = {"reason": "不再需要"}
    refused(await liaison.post(path, body), 428, "IF_MATCH_MISSING")
    for wrong in ("2", 'W/"2"', "*", '"2", "3"', '"x"', '"0"', '"9999999999999999999"', '"-2"', '"02"'):
        refused(await liaison.post(path, body, etag=wrong), 400, "IF_MATCH_INVALID")
    refused(await liaison.post(path, body, etag='"1"'), 412, "STALE_VERSION")
    assert (await liaison.post(path, body, etag='"2"')).status_code == 200


async def test_a_move_the_state_does_not_allow_tells_the_state(liaison: Person) -> None:
    demand = await liaison.submit()
    rating = {"satisfaction": 5, "solved": "yes"}
    answer = await liaison.post(f"/demands/{demand['id']}/rating", rating, etag='"2"')
    problem = refused(answer, 409, "DEMAND_WRONG_STATE")
    assert (problem["state"], problem["detail"]) == ("dispatched", "目前的状态：已派单待接收")


async def test_what_is_not_yours_does_not_exist(liaison: Person, sign_in: SignIn) -> None:
    stranger = await sign_in(COHORT[1])
    path = f"/demands/{(await liaison.submit())['id']}"
    for at in (path, NOWHERE):
        refused(await stranger.get(at), 404, "DEMAND_NOT_FOUND")
        refused(await stranger.get(f"{at}/timeline"), 404, "DEMAND_NOT_FOUND")
        refused(await stranger.post(f"{at}/withdraw", {"reason": "x"}, etag='"2"'), 404, "DEMAND_NOT_FOUND")
    assert fields(refused(await stranger.get("/demands/17"), 422, "FIELDS_INVALID")) == {"demand_id": "FORMAT_INVALID"}


async def test_tokens_that_are_not_good(http: httpx.AsyncClient) -> None:
    somebody = person(Role.ROLE_LIAISON)
    other_keys, _ = generate_keys(["gateway"])
    bad = {
        "missing": "",
        "garbage": "Bearer x.y.z",
        "forged": f"Bearer {TokenSigner(other_keys['gateway']).for_person(somebody)}",
        "expired": f"Bearer {TokenSigner(keys()[0]['gateway'], lifetime=-1).for_person(somebody)}",
        "signed by a service": f"Bearer {signer('notify').for_person(somebody)}",
        "basic": "Basic eDp5",
    }
    for header in bad.values():
        answer = await http.get("/api/v1/demands", headers={"authorization": header})
        refused(answer, 401, "TOKEN_INVALID")
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_role_may_only_what_is_declared(liaison: Person) -> None:
    refused(await liaison.get("/call-tasks"), 403, "PERMISSION_DENIED")
    refused(await liaison.post(f"{NOWHERE}/accept", etag='"1"'), 403, "PERMISSION_DENIED")


async def test_unknown_addresses_methods_and_parameters(liaison: Person, http: httpx.AsyncClient) -> None:
    refused(await http.get("/api/v1/nothing"), 404, "ROUTE_NOT_FOUND")
    refused(await http.get("/api/v1/demands/"), 404, "ROUTE_NOT_FOUND")
    answer = await http.request("DELETE", "/api/v1/demands")
    refused(answer, 405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, POST"
    unknown = await liaison.get("/demands", params={"status": "open", "page_size": 101, "from": "yesterday"})
    problem = refused(unknown, 422, "FIELDS_INVALID")
    assert fields(problem) == {"status": "FIELD_UNKNOWN", "page_size": "OUT_OF_RANGE", "from": "FORMAT_INVALID"}
    refused(await liaison.get("/demands", params={"page_token": "garbage"}), 400, "PAGE_TOKEN_INVALID")


async def test_a_problem_speaks_the_language_asked_for(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/v1/nothing", headers={"accept-language": "en"})
    assert (answer.headers["content-language"], answer.json()["title"]) == ("en", "There is nothing at this address")
    for chinese in ("zh-CN", "zh;q=0.9, en;q=0.8", "fr", ""):
        answer = await http.get("/api/v1/nothing", headers={"accept-language": chinese})
        assert (answer.headers["content-language"], answer.json()["title"]) == ("zh", "没有这个地址")


async def test_every_answer_carries_its_id_and_careful_headers(http: httpx.AsyncClient) -> None:
    given = await http.get("/api/health", headers={"x-request-id": "mine-1"})
    assert given.headers["x-request-id"] == "mine-1"
    for answer in (given, await http.get("/api/v1/nothing", headers={"x-request-id": "two words"})):
        assert answer.headers["x-request-id"] != "two words"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
