"""Bad input gets a clear problem with a stable reason and the field, in Chinese, and nothing is half-written."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from fahu.access.v1.access_pb2 import Role

from kit.auth import Actor, TokenSigner, generate_keys
from stack.demo.client import Json, Person
from tests.journeys.contents import Contents, contents, differences, quiet
from tests.journeys.things import NOTHING
from tests.journeys.world import DEMAND, World
from tests.registry.files import uscc

CONTACT = {"name": "第二人", "phone": "19900008888", "consented": True}
SHEET = "统一社会信用代码,企业名称,街镇(园区),级别,联系人,手机号,同意"
# Good, and with a wrong check character and an area that is none.
GOOD_ROW, BAD_ROW = "{uscc},好的示例有限公司,310116101,镇级,,,", "913101160000099991,坏的示例有限公司,没有的镇,镇级,,,"
# How the platform stands in the year after: this year's designation is last year's.
A_YEAR_LATER = "UPDATE liaison_point SET year = year - 1 WHERE enterprise_id = %s"


@dataclass(frozen=True)
class Bad:
    """One line of what can be wrong, and the problem it gets. `errors` are the fields and what is wrong with each."""

    name: str
    who: str
    path: str
    status: int
    reason: str
    title: str
    errors: dict[str, str] = field(default_factory=dict)
    body: Any = None
    method: str = "POST"
    key: str | None = "fresh"
    version: str = ""
    more: dict[str, str] = field(default_factory=dict)


def _sent(**changes: str) -> Json:
    return DEMAND | changes


INVALID, INVALID_TITLE = "FIELDS_INVALID", "有字段不符合要求"
UNSIGNED, UNSIGNED_TITLE = "TOKEN_INVALID", "未登录或登录凭证无效"
UNKNOWN, UNKNOWN_TITLE = "DEMAND_NOT_FOUND", "没有这条需求，或您无权查看"
WITHDRAWAL, RATING = {"reason": "示例"}, {"satisfaction": 5, "solved": "yes"}
KEY = "Idempotency-Key"
LINES = [
    Bad("unknown category", "liaison", "/demands", 422, "CATEGORY_UNKNOWN", "没有这个需求类别",
        {"category_code": "CATEGORY_UNKNOWN"}, _sent(category_code="astrology")),
    Bad("empty title", "liaison", "/demands", 422, INVALID, INVALID_TITLE, {"title": "TOO_SHORT"}, _sent(title="")),
    Bad("blank body", "liaison", "/demands", 422, INVALID, INVALID_TITLE, {"body": "BLANK"}, _sent(body=" \u3000")),
    Bad("title of 101", "liaison", "/demands", 422, INVALID, INVALID_TITLE, {"title": "TOO_LONG"}, _sent(title="题" * 101)),
    Bad("body of 5,001", "liaison", "/demands", 422, INVALID, INVALID_TITLE, {"body": "TOO_LONG"}, _sent(body="文" * 5001)),
    Bad("answer without law", "agency handler", "/demands/{home}/reply", 422, "LEGAL_BASIS_MISSING", "答复须写明法律依据",
        {"legal_basis": "LEGAL_BASIS_MISSING"},
        {"kind": "answer", "conclusion": "结论", "next_steps": "无", "claim": "solved"}, version='"2"'),
    Bad("not designated this year", "former", "/demands", 409, "ENTERPRISE_NOT_DESIGNATED",
        "该企业不是本年度的法治化营商环境联系点，不能提交新需求或报名", {}, DEMAND),
    Bad("not designated, by the centre", "centre lead", "/demands", 409, "ENTERPRISE_NOT_DESIGNATED",
        "该企业不是本年度的法治化营商环境联系点，不能提交新需求或报名", {},
        _sent(channel="phone", enterprise_id="{former}")),
    Bad("second contact", "centre lead", "/enterprises/{enterprise}/liaison", 409, "LIAISON_EXISTS",
        "该企业已有联系人，请改用更换", {}, CONTACT),
    Bad("contact without consent", "area officer", "/enterprises/{enterprise}/liaison", 422, "LIAISON_CONSENT_MISSING",
        "须本人同意方可担任联系人", {"liaison.consented": "LIAISON_CONSENT_MISSING"},
        {"liaison": CONTACT | {"consented": False}, "reason": "示例"}, method="PUT", version="{etag}"),
    Bad("contact of another enterprise", "area officer", "/enterprises/{enterprise}/liaison", 409, "PHONE_IN_USE",
        "该手机号码属于工作人员或另一家企业的联系人", {"liaison.phone": "PHONE_IN_USE"},
        {"liaison": CONTACT | {"phone": "{phone}"}, "reason": "示例"}, method="PUT", version="{etag}"),
    Bad("stale etag", "liaison", "/demands/{home}/withdraw", 412, "STALE_VERSION", "内容已被更新，请刷新后再操作",
        {}, WITHDRAWAL, version='"1"'),
    Bad("stale etag of a contact", "centre lead", "/enterprises/{enterprise}/liaison", 412, "STALE_VERSION",
        "内容已被更新，请刷新后再操作", {}, {"liaison": CONTACT, "reason": "示例"}, method="PUT", version='"999"'),
    Bad("no etag", "liaison", "/demands/{home}/withdraw", 428, "IF_MATCH_MISSING", "缺少 If-Match：请带上您看到的版本",
        {"If-Match": "IF_MATCH_MISSING"}, WITHDRAWAL),
    Bad("no key", "liaison", "/demands", 400, "IDEMPOTENCY_KEY_MISSING", "缺少请求编号 Idempotency-Key",
        {KEY: "IDEMPOTENCY_KEY_MISSING"}, DEMAND, key=None),
    Bad("no key for a move", "liaison", "/demands/{home}/withdraw", 400, "IDEMPOTENCY_KEY_MISSING",
        "缺少请求编号 Idempotency-Key", {KEY: "IDEMPOTENCY_KEY_MISSING"}, WITHDRAWAL, key=None, version='"2"'),
    Bad("key used otherwise", "liaison", "/demands", 422, "IDEMPOTENCY_KEY_REUSED", "同一个请求编号已用于不同的内容",
        {KEY: "IDEMPOTENCY_KEY_REUSED"}, _sent(title="另一件事"), key="{used}"),
    Bad("another's demand", "liaison", "/demands/{foreign}", 404, UNKNOWN, UNKNOWN_TITLE, method="GET"),
    Bad("another's demand, moved", "liaison", "/demands/{foreign}/withdraw", 404, UNKNOWN, UNKNOWN_TITLE, {}, WITHDRAWAL,
        version='"2"'),
    Bad("another agency's", "agency handler", "/demands/{foreign}/accept", 404, UNKNOWN, UNKNOWN_TITLE, version='"2"'),
    Bad("no demand at all", "liaison", f"/demands/{NOTHING}", 404, UNKNOWN, UNKNOWN_TITLE, method="GET"),
    Bad("another's enterprise", "liaison", "/demands", 404, "ENTERPRISE_NOT_FOUND", "没有这家企业，或您无权查看",
        {}, _sent(enterprise_id="{elsewhere}")),
    Bad("another's message", "agency lead", "/notifications/read", 404, "NOTIFICATION_NOT_FOUND", "没有这条消息",
        {"notification_ids": "NOTIFICATION_NOT_FOUND"}, {"notification_ids": ["{message}"]}),
    Bad("move out of turn", "liaison", "/demands/{home}/rating", 409, "DEMAND_WRONG_STATE", "需求目前的状态不允许这样做",
        {}, RATING, version='"2"', more={"state": "dispatched"}),
    Bad("move of what is over", "liaison", "/demands/{withdrawn}/withdraw", 409, "DEMAND_WRONG_STATE",
        "需求目前的状态不允许这样做", {}, WITHDRAWAL, version='"3"', more={"state": "withdrawn"}),
    Bad("expired token", "expired", "/demands", 401, UNSIGNED, UNSIGNED_TITLE, {}, DEMAND),
    Bad("forged token", "forged", "/demands", 401, UNSIGNED, UNSIGNED_TITLE, {}, DEMAND),
    Bad("token of a service", "notify", "/demands", 403, "PERMISSION_DENIED", "您的角色不能这样做", {}, DEMAND),
    Bad("somebody who is no contact", "nobody", "/auth/wechat", 403, "NOT_ON_ROSTER", "该手机号码不在联系人和工作人员名册上",
        {}, {"code": "code-stranger", "phone_code": "phone-13800001234"}),
]  # fmt: skip


@pytest.fixture(scope="module")
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{world.stack.url()}/api/v1", trust_env=False, timeout=15) as client:
        yield client


@dataclass(frozen=True)
class Scene:
    """What the lines speak of by name, and the databases as they were before anything bad came."""

    names: dict[str, str]
    tokens: dict[str, str]
    before: Contents


@pytest.fixture(scope="module")
async def scene(world: World, http: httpx.AsyncClient) -> Scene:
    """A contact whose enterprise has a past and no present, a key that was used, tokens that are not good."""
    former, used = world.bystander, uuid4().hex
    past = await former.post("/demands", DEMAND)
    await world.stack.settle()
    with psycopg.connect(world.stack.database_url("dispatch")) as connection:
        connection.execute(A_YEAR_LATER, (former.account["enterprise_id"],))
    headers = {"authorization": f"Bearer {world.tokens['liaison']}", "idempotency-key": used}
    assert (await http.post("/demands", json=DEMAND, headers=headers)).status_code == 201
    enterprise = await http.get(f"/enterprises/{world.home}", headers=headers)
    names = {
        "home": world.demands["home"],
        "withdrawn": world.demands["home withdrawn"],
        "foreign": world.demands["next door"],
        "enterprise": world.home,
        "elsewhere": world.next_door,
        "former": str(former.account["enterprise_id"]),
        "etag": enterprise.headers["etag"],
        "used": used,
        "past": str(past["id"]),
        "message": world.things["message"]["liaison"].own[0],
        "phone": world.loaded.enterprises[1].phone,
    }
    return Scene(names, world.tokens | {"former": former.token} | _bad_tokens(world), await quiet(world.stack))


def _bad_tokens(world: World) -> dict[str, str]:
    known = Actor(world.people["liaison"].id, frozenset({int(Role.ROLE_LIAISON)}))
    own_key = world.stack.layout.signing_key("gateway").read_text()
    strangers, _ = generate_keys(["gateway"])
    return {
        "expired": TokenSigner(own_key, lifetime=-1).for_person(known),
        "forged": TokenSigner(strangers["gateway"]).for_person(known),
    }


def _named(value: Any, names: dict[str, str]) -> Any:
    """`value` with its {names} filled in."""
    if isinstance(value, dict):
        return {key: _named(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, names) for inner in value]
    return names.get(value[1:-1], value) if isinstance(value, str) and value.startswith("{") else value


def _check_problem(answer: httpx.Response, bad: Bad) -> Json:
    problem: Json = answer.json()
    assert (answer.status_code, problem["reason"], problem["title"]) == (bad.status, bad.reason, bad.title)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {one["field"]: one["reason"] for one in problem.get("errors", [])} == bad.errors
    assert {name: problem[name] for name in bad.more} == bad.more
    return problem


@pytest.mark.parametrize("bad", LINES, ids=lambda bad: bad.name)
async def test_bad_input_is_told_and_changes_nothing(world: World, scene: Scene, http: httpx.AsyncClient, bad: Bad) -> None:
    token, version = scene.tokens[bad.who], _named(bad.version, scene.names)
    headers = {"authorization": f"Bearer {token}"} if token else {}
    headers |= {"idempotency-key": uuid4().hex if bad.key == "fresh" else _named(bad.key, scene.names)} if bad.key else {}
    headers |= {"if-match": version} if version else {}
    path, body = bad.path.format(**scene.names), _named(bad.body, scene.names)
    _check_problem(await http.request(bad.method, path, json=body, headers=headers), bad)
    assert differences(scene.before, contents(world.stack)) == []


async def test_who_is_not_designated_any_more_reads_on(scene: Scene, world: World) -> None:
    former: Person = world.bystander
    assert (await former.get(f"/demands/{scene.names['past']}"))["state"] == "dispatched"
    assert (await former.get(f"/demands/{scene.names['past']}/timeline"))["events"]
    assert [one["id"] for one in (await former.get("/demands"))["demands"]] == [scene.names["past"]]


async def test_too_many_attempts_wait(world: World, scene: Scene, http: httpx.AsyncClient) -> None:
    body = {"login_name": "somebody", "password": "guessed", "totp": "000000"}
    answers = [await http.post("/auth/password", json=body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    too_many = Bad("", "", "", 429, "TOO_MANY_ATTEMPTS", "尝试次数过多，请稍后再试")
    _check_problem(answers[-1], too_many)
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert differences(scene.before, contents(world.stack)) == []


async def test_one_bad_row_keeps_the_whole_file_out(world: World, scene: Scene, http: httpx.AsyncClient) -> None:
    rows = "\n".join([SHEET, GOOD_ROW.format(uscc=uscc(900)), BAD_ROW])
    headers = {"authorization": f"Bearer {scene.tokens['centre lead']}", "content-type": "text/csv"}
    answer = await http.post("/cohorts/2032/import", content=rows.encode(), headers=headers)
    problem = answer.json()
    assert (answer.status_code, problem["reason"]) == (422, "IMPORT_ROWS_INVALID")
    assert problem["title"] == "文件中有错误，未写入任何数据"
    assert {(one["row"], one["field"]) for one in problem["errors"]} == {(3, "统一社会信用代码"), (3, "街镇(园区)")}
    assert differences(scene.before, contents(world.stack)) == []
