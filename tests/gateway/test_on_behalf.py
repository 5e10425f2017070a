"""At the door: what was taken down on site is sent at once, or each fault is told by its place, in the reader's language."""

from typing import Any
from uuid import uuid4

from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import DEMAND, Person
from tests.gateway.test_refusals import refused

PATH = "/filings"


async def _one(person: Person, **changes: Any) -> dict[str, Any]:
    enterprise = person.session["account"]["enterprise_id"]
    return DEMAND | {"enterprise_id": enterprise} | changes


async def test_a_batch_is_sent_once_and_its_enterprises_see_it(liaison: Person, sign_in: SignIn) -> None:
    officer = await sign_in("zhujing.officer")
    body: dict[str, Any] = {
        "channel": "on_site",
        "demands": [await _one(liaison, title="甲"), await _one(liaison, title="乙")],
    }
    sent = await officer.post(PATH, body, key="batch-1")
    assert sent.status_code == 201, sent.text
    found = sent.json()["demands"]
    assert [(one["title"], one["channel"], one["state"]) for one in found] == [
        ("甲", "on_site", "dispatched"),
        ("乙", "on_site", "dispatched"),
    ]
    again = await officer.post(PATH, body, key="batch-1")
    assert [one["id"] for one in again.json()["demands"]] == [one["id"] for one in found]
    assert (await liaison.get(f"/demands/{found[0]['id']}")).json()["submitted_for_by_unit"] == found[0][
        "submitted_for_by_unit"
    ]
    body["demands"].pop()
    refused(await officer.post(PATH, body, key="batch-1"), 422, "IDEMPOTENCY_KEY_REUSED")
    refused(await liaison.post(PATH, body), 403, "PERMISSION_DENIED")


async def test_every_fault_is_told_with_its_place(liaison: Person, sign_in: SignIn) -> None:
    officer, elsewhere = await sign_in("zhujing.officer"), await sign_in(COHORT[1])
    demands = [
        await _one(liaison),
        await _one(liaison, title="题" * 101, kind="wish"),
        await _one(elsewhere, category_code="astrology"),
        await _one(liaison, enterprise_id="mine", body=""),
    ]
    answer = await officer.post(PATH, {"channel": "phone", "demands": demands})
    problem = refused(answer, 422, "DEMANDS_INVALID")
    assert {(one["row"], one["field"], one["reason"]) for one in problem["errors"]} == {
        (2, "title", "TOO_LONG"),
        (2, "kind", "VALUE_UNKNOWN"),
        (3, "category_code", "CATEGORY_UNKNOWN"),
        (3, "enterprise_id", "ENTERPRISE_NOT_FOUND"),
        (4, "enterprise_id", "FORMAT_INVALID"),
        (4, "body", "FORMAT_INVALID"),
    }
    messages = {one["message"] for one in problem["errors"] if one["row"] == 3}
    assert messages == {"没有这个需求类别", "没有这家企业，或您无权查看"}
    shapeless = [DEMAND | {"enterprise_id": str(uuid4())}, {"title": 7}]
    problem = refused(await officer.post(PATH, {"channel": "phone", "demands": shapeless}), 422, "FIELDS_INVALID")
    assert (2, "title", "TYPE_WRONG") in {(one["row"], one["field"], one["reason"]) for one in problem["errors"]}
