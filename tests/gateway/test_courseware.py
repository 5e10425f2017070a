"""At the door: an agency's courseware from its draft to the catalogue that enterprises read."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from kit.calendar import BEIJING
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person, Platform
from tests.gateway.test_attachments import PDF, assert_download
from tests.gateway.test_refusals import fields, refused
from tests.kit.uploads.makers import page_pdf

YEAR = datetime.now(BEIJING).year
NEW = {"year": YEAR, "title": "未签书面合同的二倍工资", "summary": "三个案例。", "minutes": 60}
SECOND_ITEMS = """
INSERT INTO courseware (id, year, unit_code, title, summary, minutes, anonymised, state, created_by, created_at,
  submitted_at, changed_at, version)
SELECT gen_random_uuid(), %(year)s, u.code, '案例选讲', '', 45, true, 'APPROVED', gen_random_uuid(), now(), now(), now(), 1
FROM unit u JOIN group_unit g ON g.unit_code = u.code, generate_series(1, 2)
WHERE u.kind = 'AGENCY' AND u.active
"""


@pytest.fixture
def groups(platform: Platform) -> None:
    platform.run("courses", "load-groups")


async def upload(person: Person, item: dict[str, Any], name: str = "课件 (一).pdf", kind: str = PDF) -> httpx.Response:
    headers = person.headers | {"content-type": kind, "idempotency-key": uuid4().hex}
    path = f"/api/v1/courseware/{item['id']}/files"
    return await person.http.post(path, params={"file_name": name}, content=page_pdf(), headers=headers)


async def submitted(handler: Person, **more: Any) -> httpx.Response:
    """An item with one file, handed in."""
    made = await handler.post("/courseware", NEW | more)
    assert (made.status_code, made.headers["location"]) == (201, f"/api/v1/courseware/{made.json()['id']}"), made.text
    assert (await upload(handler, made.json())).status_code == 201
    path = f"/courseware/{made.json()['id']}/submit"
    problem = refused(await handler.post(path, {"anonymised": False}, etag='"1"'), 422, "COURSEWARE_NOT_ANONYMISED")
    assert fields(problem) == {"anonymised": "COURSEWARE_NOT_ANONYMISED"}
    return await handler.post(path, {"anonymised": True}, etag=made.headers["etag"])


async def test_an_item_is_made_judged_and_read_at_last(sign_in: SignIn, liaison: Person) -> None:
    handler, stranger, supervisor = [
        await sign_in(who) for who in ("hrss.handler", "eco_env.handler", "committee.supervisor")
    ]
    answer = await submitted(handler)
    item, path = answer.json(), f"/courseware/{answer.json()['id']}"
    assert (item["state"], item["anonymised"], item["file_count"]) == ("submitted", True, 1)
    for somebody in (stranger, liaison):
        refused(await somebody.get(path), 404, "COURSEWARE_NOT_FOUND")
        refused(await somebody.get(f"{path}/files"), 404, "COURSEWARE_NOT_FOUND")
    seen = await supervisor.get(path)
    assert (await supervisor.get(path, headers={"if-none-match": seen.headers["etag"]})).status_code == 304
    back = await supervisor.post(f"{path}/send-back", {"note": "请隐去第二页的企业名称。"}, etag=seen.headers["etag"])
    assert (back.json()["state"], back.json()["note"]) == ("draft", "请隐去第二页的企业名称。")
    refused(await supervisor.post(f"{path}/approve", etag=back.headers["etag"]), 409, "COURSEWARE_WRONG_STATE")
    again = await handler.post(f"{path}/submit", {"anonymised": True}, etag=back.headers["etag"])
    approved = await supervisor.post(f"{path}/approve", etag=again.headers["etag"])
    assert (approved.json()["state"], approved.json()["note"]) == ("approved", None)
    (file,) = (await supervisor.get(f"{path}/files")).json()["files"]
    got = await supervisor.get(f"/courseware-files/{file['id']}/content")
    assert got.content == page_pdf()
    assert_download(got, PDF, "课件 (一).pdf")
    refused(await liaison.get(f"/courseware-files/{file['id']}/content"), 404, "COURSEWARE_FILE_NOT_FOUND")
    retired = await supervisor.post(f"{path}/retire", {"reason": "条文已修改"}, etag=approved.headers["etag"])
    assert (retired.json()["state"], retired.json()["end_reason"]) == ("retired", "条文已修改")


async def test_files_of_other_kinds_stay_outside(sign_in: SignIn) -> None:
    handler = await sign_in("hrss.handler")
    item = (await handler.post("/courseware", NEW)).json()
    refused(await upload(handler, item, kind="application/zip"), 415, "CONTENT_TYPE_UNSUPPORTED")
    refused(await upload(handler, item, name="课件.docx"), 422, "UPLOAD_MISLABELLED")
    sent = await upload(handler, item)
    file = f"/api/v1/courseware-files/{sent.json()['id']}"
    assert sent.headers["location"] == f"{file}/content"
    assert (await handler.http.delete(file, headers=handler.headers)).status_code == 204
    assert (await handler.get(f"/courseware/{item['id']}/files")).json()["files"] == []


async def test_needs_lead_to_courseware(sign_in: SignIn, liaison: Person) -> None:
    centre, handler, supervisor = [await sign_in(who) for who in ("centre.operator", "hrss.handler", "committee.supervisor")]
    body = {"year": YEAR, "unit_code": "hrss", "text": f"员工不签合同怎么办？{uuid4().hex}", "source": "survey"}
    made = await centre.post("/needs", body)
    need = made.json()
    assert (made.status_code, need["courseware_count"], need["unit_name"]) == (201, 0, "区人社局")
    refused(await centre.post("/needs", body), 409, "NEED_EXISTS")
    refused(await centre.post("/needs", body | {"unit_code": ""}), 422, "CHOICE_INVALID")
    refused(await liaison.get("/needs"), 403, "PERMISSION_DENIED")
    refused(await handler.post("/needs", body), 403, "PERMISSION_DENIED")
    gaps = {"gaps": True, "unit": "hrss"}
    assert need["id"] in {one["id"] for one in (await handler.get("/needs", params=gaps)).json()["needs"]}
    item = (await submitted(handler, need_ids=[need["id"]])).json()
    assert [one["need_id"] for one in item["needs"]] == [need["id"]]
    approved = await supervisor.post(f"/courseware/{item['id']}/approve", etag=f'"{item["version"]}"')
    assert approved.status_code == 200
    assert need["id"] not in {one["id"] for one in (await handler.get("/needs", params=gaps)).json()["needs"]}
    answering = await handler.get("/courseware", params={"need": need["id"], "courseware_state": "approved"})
    assert [one["id"] for one in answering.json()["courseware"]] == [item["id"]]


async def test_needs_come_from_a_file_and_go_into_one(sign_in: SignIn, liaison: Person) -> None:
    centre, handler = await sign_in("centre.operator"), await sign_in("hrss.handler")
    said = f"如何处理加班争议 {uuid4().hex}"
    path = f"/api/v1/needs/{YEAR}/import"

    async def sent(*rows: str) -> httpx.Response:
        content = "\n".join(("部门,类别,需求,来源", *rows)).encode()
        return await centre.http.post(path, content=content, headers=centre.headers | {"content-type": "text/csv"})

    problem = refused(await sent(f"区人社局,,{said},问卷", "没有的局,,示例,问卷"), 422, "IMPORT_ROWS_INVALID")
    assert [(one["row"], one["field"], one["reason"]) for one in problem["errors"]] == [(3, "部门", "UNIT_UNKNOWN")]
    assert [(await sent(f"区人社局,,{said},问卷")).json()["created_count"] for _ in range(2)] == [1, 0]
    for file in ("/needs.xlsx", "/courseware.xlsx"):
        got = await handler.get(file)
        assert (got.status_code, got.content[:2]) == (200, b"PK")
        assert "attachment" in got.headers["content-disposition"]
        refused(await liaison.get(file), 403, "PERMISSION_DENIED")


@pytest.mark.usefixtures("groups")
async def test_a_catalogue_is_published_once_nothing_is_lacking(
    platform: Platform, sign_in: SignIn, liaison: Person
) -> None:
    handler, supervisor = await sign_in("hrss.handler"), await sign_in("committee.supervisor")
    path = f"/catalogues/{YEAR}"
    refused(await liaison.get(path), 404, "CATALOGUE_NOT_FOUND")
    problem = refused(await supervisor.post(f"{path}/versions"), 409, "CATALOGUE_INCOMPLETE")
    gap = next(one for one in problem["errors"] if one["field"] == "fire_rescue")
    assert (gap["reason"], gap["have"], gap["want"]) == ("AGENCY_COURSEWARE_MISSING", 0, 2)
    assert gap["message"] == "区消防救援支队：审核通过的课件应有 2 个，现有 0 个"
    assert "committee" not in fields(problem)
    refused(await handler.post(f"{path}/versions"), 403, "PERMISSION_DENIED")
    with psycopg.connect(platform.databases["courses"]) as connection:
        connection.execute(SECOND_ITEMS, {"year": YEAR})
    progress = (await handler.get(f"{path}/progress")).json()
    assert (progress["publishable"], len(progress["agencies"])) == (True, 9)
    made = await supervisor.post(f"{path}/versions")
    assert (made.status_code, made.headers["location"]) == (201, f"/api/v1/catalogues/{YEAR}/versions/1")
    problem = refused(await supervisor.post(f"{path}/versions"), 409, "CATALOGUE_UNCHANGED")
    assert problem["detail"] == "上一版是第 1 版"
    read = await liaison.get(path)
    assert read.json()["published_by"] is None
    assert read.json()["items"] == made.json()["items"]
    assert (await liaison.get(path, headers={"if-none-match": read.headers["etag"]})).status_code == 304
    one = read.json()["items"][0]["courseware_id"]
    assert (await liaison.get(f"/courseware/{one}")).json()["state"] == "published"
    refused(await liaison.get(f"{path}/versions/1"), 403, "PERMISSION_DENIED")
    assert (await handler.get(f"{path}/versions/1")).json()["items"] == made.json()["items"]
    listed = (await handler.get(f"{path}/versions")).json()["versions"]
    assert [(line["version"], line["item_count"]) for line in listed] == [(1, len(made.json()["items"]))]
