"""At the door: a town's project from its plan to the enterprise's tap, and who is still owed a service."""

import asyncio
from datetime import datetime
from typing import Any

from kit.calendar import BEIJING
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import Person
from tests.gateway.test_refusals import refused

TODAY = datetime.now(BEIJING).date().isoformat()
YEAR = TODAY[:4]
PLAN = {"year": int(YEAR), "title": "上门辅导", "starts_on": f"{YEAR}-01-01", "ends_on": f"{YEAR}-12-31"}


async def active(officer: Person) -> dict[str, Any]:
    """A project of the officer's, led by the officer, with one node."""
    leader = (await officer.get("/me")).json()["person_id"]
    made = await officer.post("/projects", PLAN | {"leader_id": leader})
    assert (made.status_code, made.headers["location"]) == (201, f"/api/v1/projects/{made.json()['id']}")
    path = f"/projects/{made.json()['id']}"
    refused(await officer.post(f"{path}/activate", etag='"1"'), 409, "PROJECT_NODES_MISSING")
    refused(await officer.post(f"{path}/nodes", {"title": "走访", "due_on": TODAY}), 428, "IF_MATCH_MISSING")
    await officer.post(f"{path}/nodes", {"title": "走访", "due_on": TODAY}, etag='"1"')
    begun = await officer.post(f"{path}/activate", etag='"2"')
    assert (begun.status_code, begun.json()["state"], begun.json()["leader"]["id"]) == (200, "active", leader)
    assert begun.json()["leader"]["name"]
    return dict(begun.json())


async def test_a_project_and_its_nodes(sign_in: SignIn) -> None:
    officer, handler, supervisor = [
        await sign_in(who) for who in ("zhujing.officer", "hrss.handler", "committee.supervisor")
    ]
    project = await active(officer)
    path, node = f"/projects/{project['id']}", project["nodes"][0]["id"]
    refused(await handler.get(path), 404, "PROJECT_NOT_FOUND")
    seen = await supervisor.get(path)
    assert (await supervisor.get(path, headers={"if-none-match": seen.headers["etag"]})).status_code == 304
    moved = await officer.post(f"{path}/nodes/{node}/due-day", {"due_on": f"{YEAR}-12-30", "reason": "顺延"}, etag='"3"')
    (move,) = moved.json()["nodes"][0]["moves"]
    assert (move["from_day"], move["to_day"], move["reason"]) == (TODAY, f"{YEAR}-12-30", "顺延")
    noted = await supervisor.post(f"{path}/notes", {"text": "请加快"}, etag='"4"')
    assert [note["text"] for note in noted.json()["notes"]] == ["请加快"]
    bad = {"due_on": f"{YEAR}-02-30", "reason": "顺延"}
    problem = refused(await officer.post(f"{path}/nodes/{node}/due-day", bad, etag='"5"'), 422, "FIELDS_INVALID")
    assert problem["errors"][0]["field"] == "due_on"
    body = {"done_on": TODAY, "evidence": "台账"}
    done = await officer.post(f"{path}/nodes/{node}/done", body, etag='"5"')
    assert done.json()["nodes"][0]["done_on"] == TODAY
    listed = (await supervisor.get("/projects", params={"unit": project["unit_code"], "project_state": "active"})).json()
    assert project["id"] in {one["id"] for one in listed["projects"]}
    gaps = (await supervisor.get("/project-gaps")).json()["gaps"]
    assert project["unit_code"] not in {gap["unit_code"] for gap in gaps}
    assert "court" in {gap["unit_code"] for gap in gaps}
    sheet = await supervisor.get(f"/projects/{YEAR}/export")
    assert (sheet.status_code, sheet.content[:2]) == (200, b"PK")
    assert "attachment" in sheet.headers["content-disposition"]


async def inbox_of(person: Person, kind: str) -> list[dict[str, Any]]:
    """Messages of a kind, once there is one: they come by the bus."""
    for _ in range(100):
        found = [one for one in (await person.get("/notifications")).json()["notifications"] if one["kind"] == kind]
        if found:
            return found
        await asyncio.sleep(0.1)
    return []


async def test_a_service_is_confirmed_with_one_tap(sign_in: SignIn) -> None:
    officer, supervisor = await sign_in("zhujing.officer"), await sign_in("committee.supervisor")
    liaison, stranger = await sign_in(COHORT[0]), await sign_in(COHORT[1])
    path = f"/projects/{(await active(officer))['id']}/services"
    (mine,) = (await liaison.get("/coverage")).json()["lines"]
    foreign = (await stranger.get("/coverage")).json()["lines"][0]["designation_id"]
    body = {"served_on": TODAY, "kind": "visit", "note": "梳理合同", "designation_ids": [mine["designation_id"], foreign]}
    problem = refused(await officer.post(path, body), 409, "SERVICES_REFUSED")
    assert [(one["field"], one["reason"]) for one in problem["errors"]] == [("designation_ids[1]", "POINT_NOT_OF_AREA")]
    made = await officer.post(path, body | {"designation_ids": [mine["designation_id"]]}, key="service-1")
    (record,) = made.json()["service_records"]
    assert (made.status_code, record["state"], record["kind"]) == (201, "recorded", "visit")
    (message, *_) = await inbox_of(liaison, "service_to_confirm")
    assert message["subject_id"] == record["id"]
    path = f"/service-records/{record['id']}"
    refused(await stranger.get(path), 404, "SERVICE_RECORD_NOT_FOUND")
    seen = await liaison.get(path)
    confirmed = await liaison.post(f"{path}/confirm", etag=seen.headers["etag"])
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    refused(await liaison.post(f"{path}/dispute", {"reason": "没有来过"}, etag='"1"'), 412, "STALE_VERSION")
    (line,) = (await liaison.get("/coverage")).json()["lines"]
    assert (line["state"], line["confirmed_count"]) == ("confirmed", 1)
    shares = (await supervisor.get("/coverage/areas")).json()["shares"]
    told = {(one["area_code"], one["level"]): one["share"] for one in shares}
    assert (told[COHORT[0].area_code, COHORT[0].level], told[COHORT[0].area_code, "town"]) == ("100.0%", "—")
    owed = (await supervisor.get("/coverage", params={"owed": "true"})).json()["lines"]
    assert mine["designation_id"] not in {one["designation_id"] for one in owed}
    assert (await officer.get(f"/coverage/{YEAR}/export")).content[:2] == b"PK"


async def test_services_from_a_file(sign_in: SignIn) -> None:
    officer = await sign_in("zhujing.officer")
    serial = (await active(officer))["serial"]
    path = f"/api/v1/service-records/{YEAR}/import"
    headers = officer.headers | {"content-type": "text/csv"}

    async def send(*rows: str) -> Any:
        content = "\n".join(["统一社会信用代码,项目,服务日期,服务方式,说明", *rows]).encode()
        return await officer.http.post(path, content=content, headers=headers)

    good = f"{COHORT[0].uscc},{serial},{TODAY},培训,"
    problem = refused(await send(good, f"{COHORT[1].uscc},{serial},{TODAY},散步,"), 422, "IMPORT_ROWS_INVALID")
    assert [(one["row"], one["field"]) for one in problem["errors"]] == [(3, "统一社会信用代码"), (3, "服务方式")]
    assert (await send(good)).json() == {"row_count": 1, "created_count": 1, "errors": []}
    assert (await send(good)).json()["created_count"] == 0
