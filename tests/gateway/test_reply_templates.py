"""At the door: templates that are written, offered where they fit, changed by who saw them, and retired."""

from tests.gateway.conftest import SignIn
from tests.gateway.test_refusals import refused

TEXTS = {
    "title": "经济补偿",
    "category_code": "hrss",
    "state": "handling",
    "conclusion": "按工作年限支付。",
    "legal_basis": "《劳动合同法》第四十七条",
    "next_steps": "提前三十日书面通知。",
}


async def test_a_template_from_writing_to_retiring(sign_in: SignIn) -> None:
    operator, handler = await sign_in("centre.operator"), await sign_in("hrss.handler")
    made = await operator.post("/reply-templates", TEXTS, key="template-1")
    assert (made.status_code, made.headers["etag"], made.json()["unit_code"]) == (201, '"1"', "centre")
    assert (await operator.post("/reply-templates", TEXTS, key="template-1")).json()["id"] == made.json()["id"]
    path = f"/reply-templates/{made.json()['id']}"
    listed = await handler.get("/reply-templates", params={"category": "hrss", "for_state": "handling"})
    (found,) = [one for one in listed.json()["reply_templates"] if one["id"] == made.json()["id"]]
    assert {key: found[key] for key in TEXTS} == TEXTS
    parked = await handler.get("/reply-templates", params={"for_state": "parked"})
    assert made.json()["id"] not in {one["id"] for one in parked.json()["reply_templates"]}
    headers = operator.headers | {"idempotency-key": "template-2", "if-match": '"1"'}
    body = TEXTS | {"category_code": None, "title": "改动"}
    changed = await operator.http.put(f"/api/v1{path}", json=body, headers=headers)
    assert (changed.status_code, changed.headers["etag"], changed.json()["category_code"]) == (200, '"2"', None)
    refused(await handler.post(f"{path}/retire", etag='"2"'), 403, "PERMISSION_DENIED")
    refused(await operator.post(f"{path}/retire", etag='"1"'), 412, "STALE_VERSION")
    retired = await operator.post(f"{path}/retire", etag='"2"')
    assert retired.json()["retired_at"]
    refused(await operator.post(f"{path}/retire", etag='"3"'), 404, "REPLY_TEMPLATE_NOT_FOUND")
    seen = await handler.get(path)
    assert (seen.status_code, seen.headers["etag"]) == (200, '"3"')
    assert (await handler.get(path, headers={"if-none-match": '"3"'})).status_code == 304
    bad = TEXTS | {"state": "closed"}
    problem = refused(await operator.post("/reply-templates", bad), 422, "FIELDS_INVALID")
    assert [(one["field"], one["reason"]) for one in problem["errors"]] == [("state", "VALUE_UNKNOWN")]
