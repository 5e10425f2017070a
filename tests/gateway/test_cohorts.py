"""At the door: a year's list from its beginning to publication, withdrawal and replacement, with files in and out."""

from typing import Any

import httpx

from services.gateway.sheets import XLSX
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person
from tests.gateway.test_refusals import refused
from tests.registry.files import uscc

YEAR = 2052
LIST = f"/cohorts/{YEAR}"
HEADER = "统一社会信用代码,企业名称,级别,推荐单位,推荐理由"


async def send(person: Person, *rows: str, year: int = YEAR, **query: str) -> httpx.Response:
    content = "\n".join([HEADER, *rows]).encode()
    headers = person.headers | {"content-type": "text/csv"}
    path = f"/api/v1/cohorts/{year}/nominations/import"
    return await person.http.post(path, content=content, headers=headers, params=query)


async def moved(person: Person, path: str, body: Any = None) -> dict[str, Any]:
    """Change what is at a path by one of its verbs, as it is seen now."""
    seen = await person.get(path.rsplit("/", 1)[0])
    answer = await person.post(path, body, etag=seen.headers["etag"])
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def nominations(person: Person, **query: Any) -> list[dict[str, Any]]:
    return list((await person.get("/nominations", params={"year": YEAR} | query)).json()["nominations"])


async def test_a_list_from_its_beginning_to_a_replacement(sign_in: SignIn) -> None:
    supervisor, officer = await sign_in("committee.supervisor"), await sign_in("zhujing.officer")
    targets = {"year": YEAR, "target_total": 2, "town_targets": [{"area_code": "310116101", "target": 1}]}
    begun = await supervisor.post("/cohorts", targets, key=f"begin-{YEAR}")
    assert (begun.status_code, begun.json()["version"], begun.headers["location"]) == (201, 1, f"/api/v1{LIST}")
    assert begun.json()["recommend_by"] == f"{YEAR}-03-31"
    assert (await supervisor.post("/cohorts", targets, key=f"begin-{YEAR}")).json() == begun.json()
    refused(await supervisor.post("/cohorts", targets), 409, "COHORT_EXISTS")
    refused(await supervisor.post(f"{LIST}/advance", {"to": "reviewing"}, etag='"1"'), 409, "COHORT_WRONG_STATE")
    for state in ("surveying", "recommending", "reviewing"):
        await moved(supervisor, f"{LIST}/advance", {"to": state})

    rows = [f"{uscc(8000 + number)},推荐{number}有限公司,{level},商会," for number, level in enumerate(("区级", "镇级"))]
    problem = refused(await send(officer, *rows, "1,,,,"), 422, "IMPORT_ROWS_INVALID")
    assert {(one["row"], one["field"]) for one in problem["errors"]} == {(4, "统一社会信用代码"), (4, "级别")}
    assert (await send(officer, *rows, dry_run="true")).json() == {"row_count": 2, "created_count": 0, "errors": []}
    assert (await send(officer, *rows)).json()["created_count"] == 2
    for one in await nominations(supervisor, nomination_state="submitted"):
        accepted = await moved(supervisor, f"/nominations/{one['id']}/accept")
        assert (accepted["state"], accepted["seat_no"]) == ("accepted", 1 if one["level"] == "district" else None)

    problem = refused(await supervisor.post(f"{LIST}/publish", etag='"4"'), 409, "COHORT_INCOMPLETE")
    first, *_, last = problem["errors"]
    assert first == {
        "field": "310116101",
        "reason": "AREA_SEATS_OPEN",
        "message": "朱泾镇：区级联系点应有 3 个，现有 1 个",
        "have": 1,
        "want": 3,
    }
    assert last == {"reason": "SURVEY_NOT_CLOSED", "message": "年度问卷调查尚未结束", "have": 0, "want": 1}
    assert len(problem["errors"]) == len((await supervisor.get(LIST)).json()["gaps"]) == 12
    assert [area["area_code"] for area in (await officer.get(LIST)).json()["areas"]] == ["310116101"]


async def test_a_nomination_by_hand(sign_in: SignIn) -> None:
    supervisor, officer = await sign_in("committee.supervisor"), await sign_in("zhujing.officer")
    year = YEAR + 1
    assert (await supervisor.post("/cohorts", {"year": year, "target_total": 0})).status_code == 201
    body = {"year": year, "uscc": uscc(8100), "enterprise_name": "手工推荐有限公司", "level": "town"}
    refused(await officer.post("/nominations", body | {"uscc": "9131"}), 422, "USCC_INVALID")
    refused(await officer.post("/nominations", body | {"enterprise_name": ""}), 422, "ENTERPRISE_NAME_MISSING")
    refused(await officer.post("/nominations", body | {"level": "city"}), 422, "FIELDS_INVALID")
    made = await officer.post("/nominations", body)
    assert (made.status_code, made.headers["etag"], made.json()["area_name"]) == (201, '"1"', "朱泾镇")
    path = f"/nominations/{made.json()['id']}"
    assert (await officer.get(path, headers={"if-none-match": '"1"'})).status_code == 304
    refused(await officer.post("/nominations", body), 409, "NOMINATION_EXISTS")
    headers = officer.headers | {"idempotency-key": "nomination-by-hand", "if-match": '"1"'}
    changed = await officer.http.put(f"/api/v1{path}", json={"level": "district"}, headers=headers)
    assert (changed.status_code, changed.json()["level"], changed.json()["reason"]) == (200, "district", "")
    refused(await officer.post(f"{path}/submit", etag='"2"'), 409, "COHORT_WRONG_STATE")
    refused(await officer.post(f"{path}/withdraw", {"reason": " "}, etag='"2"'), 422, "FIELDS_INVALID")
    ended = await officer.post(f"{path}/withdraw", {"reason": "企业不愿担任"}, etag='"2"')
    assert (ended.json()["state"], ended.json()["ended_reason"]) == ("withdrawn", "企业不愿担任")
    sheet = await officer.get(f"/cohorts/{year}/nominations/export")
    assert (sheet.status_code, sheet.headers["content-type"], sheet.content[:2]) == (200, XLSX, b"PK")


async def test_nominations_are_accepted_together_or_not_at_all(sign_in: SignIn) -> None:
    supervisor, officer = await sign_in("committee.supervisor"), await sign_in("zhujing.officer")
    year, path = YEAR + 5, "/nomination-acceptances"
    assert (await supervisor.post("/cohorts", {"year": year, "target_total": 4})).status_code == 201
    for state in ("surveying", "recommending", "reviewing"):
        await moved(supervisor, f"/cohorts/{year}/advance", {"to": state})
    rows = [f"{uscc(8400 + number)},同批{number}有限公司,区级,," for number in range(4)]
    assert (await send(officer, *rows, year=year)).json()["created_count"] == 4
    handed = [{"id": one["id"], "version": one["version"]} for one in await nominations(supervisor, year=year)]
    problem = refused(await supervisor.post(path, {"nominations": handed}), 409, "NOMINATIONS_REFUSED")
    assert problem["errors"] == [{"field": "id", "reason": "SEATS_TAKEN", "message": "区级席位已满", "row": 4}]
    stale = [handed[0], handed[1] | {"version": 9}]
    problem = refused(await supervisor.post(path, {"nominations": stale}), 409, "NOMINATIONS_REFUSED")
    assert [(one["field"], one["reason"], one["row"]) for one in problem["errors"]] == [("version", "STALE_VERSION", 2)]
    assert await nominations(supervisor, year=year, nomination_state="accepted") == []
    refused(await officer.post(path, {"nominations": handed[:1]}), 403, "PERMISSION_DENIED")
    refused(await supervisor.post(path, {"nominations": handed[:1]}, key=""), 400, "IDEMPOTENCY_KEY_MISSING")
    for body in (handed[:1] * 2, [], [handed[0]] * 201, [handed[0] | {"version": 0}]):
        refused(await supervisor.post(path, {"nominations": body}), 422, "FIELDS_INVALID")
    accepted = await supervisor.post(path, {"nominations": handed[:3]}, key="accept-three")
    assert (accepted.status_code, [one["seat_no"] for one in accepted.json()["nominations"]]) == (200, [1, 2, 3])
    assert (await supervisor.post(path, {"nominations": handed[:3]}, key="accept-three")).json() == accepted.json()
    refused(await supervisor.post(path, {"nominations": handed[:2]}, key="accept-three"), 422, "IDEMPOTENCY_KEY_REUSED")


async def test_a_list_is_read_again_once_anything_of_it_changed(sign_in: SignIn) -> None:
    """Also where that is no change of the list's version: an area hands a nomination in, and it is accepted."""
    supervisor, officer = await sign_in("committee.supervisor"), await sign_in("zhujing.officer")
    year, seen = YEAR + 4, {"etag": ""}

    async def is_news() -> bool:
        answer = await supervisor.get(f"/cohorts/{year}", headers={"if-none-match": seen["etag"]})
        news = answer.headers["etag"] != seen["etag"]
        seen["etag"] = answer.headers["etag"]
        assert (answer.status_code, bool(answer.content)) == ((200, True) if news else (304, False))
        return news

    assert (await supervisor.post("/cohorts", {"year": year, "target_total": 1})).status_code == 201
    assert [await is_news(), await is_news()] == [True, False]
    for state in ("surveying", "recommending", "reviewing"):
        moved_on = await supervisor.post(f"/cohorts/{year}/advance", {"to": state}, etag=seen["etag"])
        assert (moved_on.status_code, await is_news(), await is_news()) == (200, True, False)
    body = {"year": year, "uscc": uscc(8300), "enterprise_name": "再读有限公司", "level": "town"}
    path = f"/nominations/{(await officer.post('/nominations', body)).json()['id']}"
    assert await is_news() is False  # drafts are not counted
    await moved(officer, f"{path}/submit")
    assert [await is_news(), await is_news()] == [True, False]
    await moved(supervisor, f"{path}/accept")
    assert [await is_news(), await is_news()] == [True, False]
    early = seen["etag"].replace('"4.', '"3.')
    refused(await supervisor.post(f"/cohorts/{year}/advance", {"to": "recommending"}, etag=early), 412, "STALE_VERSION")


async def test_a_published_list_is_changed_by_withdrawal_and_replacement(sign_in: SignIn) -> None:
    supervisor, lead = await sign_in("committee.supervisor"), await sign_in("centre.lead")
    year = YEAR + 2
    header = "统一社会信用代码,企业名称,街镇(园区),级别"
    rows = [f"{uscc(8200 + number)},公布{number}有限公司,310116101,区级" for number in range(2)]
    headers = lead.headers | {"content-type": "text/csv"}
    sent = await lead.http.post(
        f"/api/v1/cohorts/{year}/import", content="\n".join([header, *rows]).encode(), headers=headers
    )
    assert sent.json()["created_count"] == 2
    first, second = (await supervisor.get(f"/cohorts/{year}/designations")).json()["liaison_points"]
    path = f"/designations/{first['id']}"
    reason = {"reason": "企业迁出"}
    came = {"uscc": uscc(8210), "enterprise_name": "替补有限公司"}
    refused(await supervisor.post(f"{path}/replace", reason | came, etag='"9"'), 412, "STALE_VERSION")
    answer = await supervisor.post(f"{path}/replace", reason | came, etag='"1"')
    assert answer.status_code == 200, answer.text
    assert (answer.json()["replaced"]["active"], answer.json()["replacement"]["seat_no"]) == (False, first["seat_no"])
    gone = await moved(supervisor, f"/designations/{second['id']}/withdraw", {"reason": "企业注销"})
    assert (gone["active"], gone["withdrawn_reason"]) == (False, "企业注销")
    refused(
        await supervisor.post(f"/designations/{second['id']}/withdraw", reason, etag='"2"'), 409, "DESIGNATION_WITHDRAWN"
    )
    listed = await supervisor.get(f"/cohorts/{year}/designations", params={"withdrawn_too": "true"})
    assert [one["active"] for one in listed.json()["liaison_points"]] == [False, False, True]
    history = await supervisor.get(f"/enterprises/{first['enterprise_id']}/designations")
    assert [one["replaced_by"] for one in history.json()["liaison_points"]] == [answer.json()["replacement"]["id"]]
    sheet = await supervisor.get(f"/cohorts/{year}/designations/export")
    assert (sheet.status_code, sheet.content[:2]) == (200, b"PK")
    refused(await sign_in_and_import(sign_in), 409, "COHORT_IS_RUN")


async def sign_in_and_import(sign_in: SignIn) -> httpx.Response:
    """An import for a year whose list is made here."""
    supervisor, lead = await sign_in("committee.supervisor"), await sign_in("centre.lead")
    await supervisor.post("/cohorts", {"year": YEAR + 3, "target_total": 0})
    headers = lead.headers | {"content-type": "text/csv"}
    content = "统一社会信用代码,企业名称,街镇(园区),级别\n".encode()
    return await lead.http.post(f"/api/v1/cohorts/{YEAR + 3}/import", content=content, headers=headers)


async def test_addresses_answer_by_their_methods_alone(sign_in: SignIn) -> None:
    officer = await sign_in("zhujing.officer")
    refused(await officer.get(f"{LIST}/nominations/import"), 405, "METHOD_NOT_ALLOWED")
    refused(await officer.get(f"{LIST}/publish"), 405, "METHOD_NOT_ALLOWED")
    refused(await officer.post(f"{LIST}/designations"), 405, "METHOD_NOT_ALLOWED")
    refused(await officer.get("/nominations/import", params={}), 422, "FIELDS_INVALID")
    refused(await officer.get("/cohorts/2020"), 422, "FIELDS_INVALID")
    refused(await officer.get("/cohorts/2199"), 404, "COHORT_NOT_FOUND")
