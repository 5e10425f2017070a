"""At the door: a demand sent back and taken over, agencies that assist, and where categories lead."""

from uuid import uuid4

from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person

RETURN = {"reason": "other_agency_leads", "basis": "搬迁环评由生态环境部门负责。", "proposed_unit_code": "eco_env"}


async def test_a_return_leaves_a_receipt_and_a_suggestion(liaison: Person, sign_in: SignIn) -> None:
    contact, operator = await sign_in("hrss.contact"), await sign_in("centre.operator")
    path = f"/demands/{(await liaison.submit())['id']}"
    asked = await contact.post(f"{path}/return", RETURN, etag='"2"')
    assert (asked.status_code, asked.headers["etag"], asked.json()["state"]) == (200, '"3"', "return_review")
    again = await contact.post(f"{path}/return", RETURN, etag='"3"')
    assert (again.status_code, again.json()["reason"]) == (409, "DEMAND_WRONG_STATE")
    pending = (await contact.get("/returns", params={"return_state": "pending"})).json()["returns"]
    assert [one["serial"] for one in pending] == [asked.json()["serial"]]
    no = await operator.post(f"{path}/return-decision", {"approve": False}, etag='"3"')
    assert (no.status_code, no.json()["reason"]) == (403, "PERMISSION_DENIED")
    yes = {"approve": True, "unit_code": "eco_env", "note": "转区生态环境局承办"}
    granted = await operator.post(f"{path}/return-decision", yes, etag='"3"')
    assert (granted.status_code, granted.json()["lead_unit_name"]) == (200, "区生态环境局")
    assert (await contact.get(path)).status_code == 404
    receipt = (await contact.get("/returns")).json()["returns"][0]
    assert (receipt["state"], receipt["note"], receipt["demand_id"]) == ("approved", yes["note"], None)
    assert (receipt["reason"], receipt["basis"]) == (RETURN["reason"], RETURN["basis"])
    lines = (await liaison.get(f"{path}/timeline")).json()["events"]
    assert [line["text"] for line in lines if line["type"].startswith("return_")] == ["", ""]
    suggested = (await operator.get("/routing-suggestions")).json()["suggestions"][-1]
    assert (suggested["from_unit_code"], suggested["to_unit_code"]) == ("hrss", "eco_env")
    where = f"/routing-suggestions/{suggested['id']}/decision"
    assert (await operator.post(where, {"decision": "dismissed"})).status_code == 403
    lead = await sign_in("centre.lead")
    decided = await lead.post(where, {"decision": "dismissed"})
    assert (decided.status_code, decided.json()["decision"]) == (200, "dismissed")
    assert (await lead.post(where, {"decision": "dismissed"})).json() == decided.json()
    assert (await lead.post(where, {"decision": "adopted"})).json()["reason"] == "SUGGESTION_NOT_FOUND"


async def test_an_answer_waits_for_who_assists(liaison: Person, sign_in: SignIn) -> None:
    handler, lead = await sign_in("hrss.handler"), await sign_in("hrss.lead")
    operator, other = await sign_in("centre.operator"), await sign_in("eco_env.contact")
    path = f"/demands/{(await liaison.submit(category_code='unsure'))['id']}"
    dispatch = {"unit_code": "hrss", "co_unit_codes": ["eco_env"]}
    sent = await operator.post(f"{path}/dispatch", dispatch, etag='"2"')
    assert [one["unit_code"] for one in sent.json()["co_handlers"]] == ["eco_env"]
    accepted = await handler.post(f"{path}/accept", etag='"3"')
    handled = await handler.post(f"{path}/disposition", {"kind": "immediate"}, etag=accepted.headers["etag"])
    reply = {"kind": "answer", "conclusion": "结论", "legal_basis": "法", "next_steps": "下一步", "claim": "solved"}
    early = await lead.post(f"{path}/reply", reply, etag=handled.headers["etag"])
    assert (early.status_code, early.json()["reason"], early.json()["units"]) == (409, "OPINION_MISSING", "eco_env")
    given = await other.post(f"{path}/opinion", {"opinion": "无不同意见"}, etag=handled.headers["etag"])
    assert given.json()["co_handlers"][0]["opinion"] == "无不同意见"
    seen = (await liaison.get(path)).json()["co_handlers"]
    assert [(one["unit_name"], one["opinion"]) for one in seen] == [("区生态环境局", "")]
    added = await handler.post(f"{path}/co-handlers", {"unit_code": "eco_env"}, etag=given.headers["etag"])
    assert (added.status_code, added.json()["reason"]) == (409, "CO_HANDLER_INVALID")
    assert (await lead.post(f"{path}/reply", reply, etag=given.headers["etag"])).json()["state"] == "replied"
    assert (await other.get(path)).status_code == 404


async def test_an_opinion_can_be_done_without(liaison: Person, sign_in: SignIn) -> None:
    operator = await sign_in("centre.operator")
    path = f"/demands/{(await liaison.submit())['id']}"
    added = await operator.post(f"{path}/co-handlers", {"unit_code": "eco_env"}, etag='"2"')
    assert added.status_code == 200, added.text
    waiver = {"unit_code": "eco_env", "reason": "已电话征求意见"}
    waived = await operator.post(f"{path}/opinion-waiver", waiver, etag='"3"')
    assert [one["waived"] for one in waived.json()["co_handlers"]] == [True]


async def test_who_may_assist_is_suggested(sign_in: SignIn) -> None:
    operator = await sign_in("centre.operator")
    answer = await operator.get("/co-handler-suggestions", params={"lead_unit_code": "fire_rescue"})
    assert [one["unit_code"] for one in answer.json()["agencies"]] == ["eco_env"]  # 区应急管理局 has no contact here
    assert (await operator.get("/co-handler-suggestions")).status_code == 422


async def test_a_rule_is_changed_by_who_saw_it(sign_in: SignIn) -> None:
    lead = await sign_in("centre.lead")
    rules = {rule["category_code"]: rule for rule in (await lead.get("/routing-rules")).json()["rules"]}
    path, seen = "/api/v1/routing-rules/fire_rescue", f'"{rules["fire_rescue"]["version"]}"'
    blind = await lead.http.put(path, json={"unit_codes": []}, headers=lead.headers)
    assert (blind.status_code, blind.json()["reason"]) == (428, "IF_MATCH_MISSING")
    headers = lead.headers | {"if-match": seen}
    for _ in range(2):  # the same asked twice is done once
        changed = await lead.http.put(path, json={"unit_codes": []}, headers=headers)
        assert (changed.status_code, changed.json()["unit_codes"]) == (200, [])
        assert changed.headers["etag"] == f'"{changed.json()["version"]}"' == f'"{rules["fire_rescue"]["version"] + 1}"'
    stale = await lead.http.put(path, json={"unit_codes": ["eco_env"]}, headers=headers)
    assert (stale.status_code, stale.json()["reason"]) == (412, "STALE_VERSION")
    wrong = await lead.http.put(
        path, json={"unit_codes": ["centre"]}, headers=headers | {"if-match": changed.headers["etag"]}
    )
    assert (wrong.status_code, wrong.json()["reason"]) == (422, "ROUTING_RULE_INVALID")
    unknown = await lead.http.put(f"/api/v1/routing-rules/{uuid4().hex}", json={"unit_codes": []}, headers=headers)
    assert unknown.json()["reason"] == "CATEGORY_UNKNOWN"
