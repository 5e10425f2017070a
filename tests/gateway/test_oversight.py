"""Look-backs, samples, orders and exclusion through the door."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from services.gateway.routes import look_backs, supervision
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person
from tests.gateway.test_loop import REPLY, _next_workday, _read

WORDS = [
    (look_backs.OriginWord, look_backs.ORIGINS),
    (look_backs.OutcomeWord, look_backs.OUTCOMES),
    (supervision.OrderLevelWord, supervision.LEVELS),
]


@pytest.mark.parametrize(("literal", "words"), WORDS)
def test_the_schemas_know_all_words_of_the_contracts(literal: Any, words: Any) -> None:
    assert list(get_args(literal)) == list(words)


async def act(person: Person, demand: dict[str, Any], verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await person.post(f"/demands/{demand['id']}/{verb}", body or {}, etag=f'"{demand["version"]}"')
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def refused(person: Person, demand: dict[str, Any], verb: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = await person.post(f"/demands/{demand['id']}/{verb}", body, etag=f'"{demand["version"]}"')
    return answer.status_code, answer.json()["reason"]


async def answered(liaison: Person, sign_in: SignIn) -> dict[str, Any]:
    contact, handler = await sign_in("hrss.contact"), await sign_in("hrss.handler")
    demand = await act(contact, await liaison.submit(), "accept")
    return await act(handler, await act(handler, demand, "disposition", {"kind": "immediate"}), "reply", REPLY)


async def test_a_bad_rating_comes_back_to_the_agency(liaison: Person, sign_in: SignIn) -> None:
    operator, handler = await sign_in("centre.operator"), await sign_in("hrss.handler")
    demand = await act(liaison, await answered(liaison, sign_in), "rating", {"satisfaction": 1, "solved": "no"})
    assert demand["rating"] | {"rated_at": ""} == {
        "satisfaction": 1,
        "solved": "no",
        "comment": "",
        "rated_at": "",
        "excluded": False,
        "ruling": None,
    }
    listed = (await _read(operator, "/look-backs", origin="bad_rating"))["look_backs"]
    (mine,) = [one for one in listed if one["demand_id"] == demand["id"]]
    assert (mine["state"], mine["outcome"], mine["version"]) == ("replied", None, demand["version"])
    assert await refused(operator, demand, "look-back", {"reason": "再查"}) == (409, "LOOK_BACK_OPEN")
    finding = {"outcome": "unsolved", "note": "企业反映未收到书面答复"}
    assert await refused(handler, demand, "look-back-record", finding) == (403, "PERMISSION_DENIED")
    demand = await act(operator, demand, "look-back-record", finding)
    assert (demand["state"], demand["round"], demand["disposition"]) == ("dispatched", 2, None)
    recorded = (await _read(operator, "/look-backs", recorded=True))["look_backs"]
    (mine,) = [one for one in recorded if one["demand_id"] == demand["id"]]
    assert (mine["outcome"], mine["note"], mine["due_at"]) == ("unsolved", finding["note"], None)


async def test_a_closed_demand_is_opened_again_by_its_enterprise(liaison: Person, sign_in: SignIn) -> None:
    closed = await act(liaison, await answered(liaison, sign_in), "rating", {"satisfaction": 4, "solved": "yes"})
    demand = await act(liaison, closed, "reopen", {"new_facts": "员工另提加班费"})
    assert (demand["state"], demand["round"], demand["lead_unit_code"]) == ("triage", 2, None)
    assert await refused(liaison, closed, "reopen", {"new_facts": "　"}) == (422, "FIELDS_INVALID")


async def test_an_agency_is_called_on_and_answers(liaison: Person, sign_in: SignIn) -> None:
    supervisor, contact = await sign_in("committee.supervisor"), await sign_in("hrss.contact")
    demand = await act(contact, await liaison.submit(), "accept")
    order = {"level": "reminder", "text": "请尽快答复", "due_on": _next_workday().isoformat()}
    assert await refused(supervisor, demand, "orders", order | {"level": "listed"}) == (409, "ORDER_LEVEL_INVALID")
    assert await refused(supervisor, demand, "orders", order | {"due_on": "2026-01-05"}) == (422, "ORDER_DAY_INVALID")
    demand = await act(supervisor, demand, "orders", order)
    (mine,) = [one for one in (await _read(contact, "/orders", open=True))["orders"] if one["demand_id"] == demand["id"]]
    assert (mine["level"], mine["due_on"], mine["version"]) == ("reminder", order["due_on"], demand["version"])
    demand = await act(contact, demand, f"orders/{mine['id']}/answer", {"answer": "今日答复"})
    demand = await act(supervisor, demand, f"orders/{mine['id']}/close", {})
    assert await refused(supervisor, demand, f"orders/{mine['id']}/close", {}) == (404, "ORDER_NOT_FOUND")
    found = (await _read(supervisor, "/orders", order_level="reminder", agency="hrss"))["orders"]
    assert {one["answer"] for one in found if one["id"] == mine["id"]} == {"今日答复"}


async def test_a_sample_is_drawn_and_drawn_again(liaison: Person, sign_in: SignIn) -> None:
    lead, operator = await sign_in("centre.lead"), await sign_in("centre.operator")
    closed = await act(liaison, await answered(liaison, sign_in), "rating", {"satisfaction": 5, "solved": "yes"})
    now = datetime.now(UTC)
    period = {"since": (now - timedelta(hours=1)).isoformat(), "until": now.isoformat()}
    drawn = await lead.post("/look-back-samples", period | {"share_percent": 100}, key="sample-1")
    assert drawn.status_code == 201, drawn.text
    sample = drawn.json()
    assert (sample["share_percent"], sample["to_open"], len(sample["seed"])) == (100, 0, 32)
    address = drawn.headers["location"].removeprefix("/api/v1")
    assert address == f"/look-back-samples/{sample['id']}"
    members = (await _read(operator, address, page_size=100))["candidates"]
    assert {one["drawn"] for one in members if one["demand_id"] == closed["id"]} == {True}
    again = await _read(operator, f"{address}/redraw")
    assert (again["same"], again["drawn"], again["different"]) == (True, len(members), [])
    assert (await _read(operator, "/look-back-samples"))["samples"][0]["id"] == sample["id"]
    retried = await lead.post("/look-back-samples", period | {"share_percent": 100}, key="sample-1")
    assert retried.json()["id"] == sample["id"]
    backwards = {"since": period["until"], "until": period["since"], "share_percent": 5}
    problem = (await lead.post("/look-back-samples", backwards)).json()
    assert [(one.get("field"), one["reason"]) for one in problem["errors"]] == [(None, "OUT_OF_RANGE")]
    assert (await operator.post("/look-back-samples", period | {"share_percent": 1})).status_code == 403


async def test_what_is_left_out_of_the_assessment_says_so(liaison: Person, sign_in: SignIn) -> None:
    lead = await sign_in("centre.lead")
    demand = await act(lead, await answered(liaison, sign_in), "kpi-exclusion", {"reason": "重复提交"})
    assert await refused(lead, demand, "kpi-exclusion", {"reason": "重复提交"}) == (409, "DEMAND_WRONG_STATE")
    assert await refused(lead, demand, "appeal-decision", {"uphold": True, "ruling": "成立"}) == (404, "APPROVAL_NOT_FOUND")
    assert await refused(lead, demand, "appeal", {"reason": "不服"}) == (403, "PERMISSION_DENIED")


async def test_an_appeal_leaves_the_rating_in_sight_with_the_ruling(liaison: Person, sign_in: SignIn) -> None:
    leader, lead = await sign_in("hrss.lead"), await sign_in("centre.lead")
    given = {"satisfaction": 1, "solved": "partly", "comment": "答复太慢"}
    demand = await act(liaison, await answered(liaison, sign_in), "rating", given)
    assert await refused(lead, demand, "appeal", {"reason": "不服"}) == (403, "PERMISSION_DENIED")
    demand = await act(leader, demand, "appeal", {"reason": "已在期限内答复"})
    assert [one["kind"] for one in demand["approvals"]] == ["appeal"]
    assert await refused(leader, demand, "appeal", {"reason": "已在期限内答复"}) == (409, "APPROVAL_PENDING")
    assert await refused(leader, demand, "appeal-decision", {"uphold": True, "ruling": "成立"}) == (403, "PERMISSION_DENIED")
    demand = await act(lead, demand, "appeal-decision", {"uphold": True, "ruling": "经核，答复在期限内"})
    assert demand["kpi_excluded"]
    for person in (liaison, leader, lead):
        rating = (await _read(person, f"/demands/{demand['id']}"))["rating"]
        assert {name: rating[name] for name in given} == given
        assert (rating["excluded"], rating["ruling"]) == (True, "经核，答复在期限内")
    assert await refused(leader, demand, "appeal", {"reason": "再次申诉"}) == (409, "DEMAND_WRONG_STATE")
