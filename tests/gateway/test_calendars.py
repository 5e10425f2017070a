"""The calendar of working days, and terms, at the door."""

from typing import Any, get_args

import httpx

from services.dispatch.rules import SETTABLE
from services.gateway.routes import terms
from services.gateway.texts.terms import TERMS
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person

TABLE = {"notice": "示例通知", "days_off": ["2150-01-01", "2150-01-03"], "workdays": ["2150-01-10"]}


async def put(person: Person, year: int, body: dict[str, Any], etag: str) -> httpx.Response:
    headers = person.headers | {"if-match": etag}
    return await person.http.put(f"/api/v1/calendars/{year}", json=body, headers=headers)


async def test_the_centres_lead_loads_a_year_and_everybody_reads_it(liaison: Person, sign_in: SignIn) -> None:
    lead = await sign_in("centre.lead")
    before = await liaison.get("/calendars/2150")
    assert before.json() | {"year": 0} == {
        "year": 0,
        "revision": 0,
        "notice": "",
        "loaded_by": None,
        "loaded_at": None,
        "days_off": [],
        "workdays": [],
    }
    etag = before.headers["etag"]
    assert (await put(liaison, 2150, TABLE, etag)).status_code == 403
    first, retry = [await put(lead, 2150, TABLE, etag) for _ in range(2)]
    assert (first.status_code, first.json()) == (200, retry.json())
    assert first.headers["etag"] == retry.headers["etag"] == f'"{first.json()["revision"]}"' != etag
    shown = await liaison.get("/calendars/2150")
    assert (shown.json(), shown.headers["etag"]) == (first.json(), first.headers["etag"])
    assert {name: shown.json()[name] for name in TABLE} == TABLE
    listed = (await liaison.get("/calendars")).json()["calendars"]
    assert {2021, 2150} <= {one["year"] for one in listed}
    stale = await put(lead, 2150, TABLE | {"notice": "另一通知"}, etag)
    assert (stale.status_code, stale.json()["reason"]) == (412, "STALE_VERSION")


async def test_what_no_notice_says_is_refused_in_the_readers_words(sign_in: SignIn) -> None:
    lead = await sign_in("centre.lead")
    etag = (await lead.get("/calendars/2150")).headers["etag"]
    answer = await put(lead, 2150, TABLE | {"workdays": ["2150-01-05"]}, etag)
    assert (answer.status_code, answer.json()["reason"]) == (422, "CALENDAR_DAY_INVALID")
    assert answer.json()["detail"] == "有误的日期：2150-01-05"
    assert [one["field"] for one in answer.json()["errors"]] == ["workdays"]
    assert "field" not in answer.json()
    answer = await put(lead, 2150, TABLE | {"days_off": []}, etag)
    assert (answer.status_code, answer.json()["reason"]) == (422, "FIELDS_INVALID")


def test_the_door_has_a_word_and_a_label_for_each_term() -> None:
    assert list(get_args(terms.TermWord)) == list(TERMS) == list(SETTABLE)
    described = terms.TermValuesIn.model_json_schema()["properties"]
    ranges = {name: (one["anyOf"][0]["minimum"], one["anyOf"][0]["maximum"]) for name, one in described.items()}
    assert ranges == {name: (least, most) for name, (least, most, _) in SETTABLE.items()}


async def test_terms_are_shown_as_default_or_own(liaison: Person, sign_in: SignIn) -> None:
    lead = await sign_in("centre.lead")
    body = {"agency": "eco_env", "category": "eco_env", "terms": {"opinion": 4}, "note": "示例"}
    made = await lead.post("/term-rules", body)
    assert (made.status_code, made.json()["agency"], made.json()["terms"]) == (201, "eco_env", body["terms"])
    found = (await liaison.get("/terms", params={"agency": "eco_env", "category": "eco_env"})).json()["terms"]
    (opinion,) = [one for one in found if one["term"] == "opinion"]
    assert opinion == {"term": "opinion", "label": "协办意见", "value": 4, "unit": "workdays", "default": 3, "own": True}
    assert not any(one["own"] for one in (await liaison.get("/terms")).json()["terms"])
    assert made.json() in (await lead.get("/term-rules")).json()["rules"]
    wrong = await lead.post("/term-rules", body | {"terms": {"extensions": 3}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "terms.extensions")
