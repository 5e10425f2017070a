"""At the door: who lectures and who advises, from a file too, and what supervisors arrange."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from kit.calendar import BEIJING
from kit.sheets import spreadsheet
from kit.sheets.rows import Columns
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person, Platform
from tests.gateway.test_refusals import fields, refused

YEAR = datetime.now(BEIJING).year
COLUMNS = ("单位", "姓名", "职务", "主题")


@pytest.fixture
async def people(platform: Platform, sign_in: SignIn) -> tuple[Person, Person]:
    """Staff of hrss and a supervisor, once courses knows the nine agencies and the four groups."""
    await asyncio.to_thread(platform.run, "courses", "load-groups")
    handler, supervisor = await sign_in("hrss.handler"), await sign_in("committee.supervisor")
    for _ in range(100):
        if len((await supervisor.get("/lecturers", params={"year": 2199})).json()["gaps"]) == 9:
            return handler, supervisor
        await asyncio.sleep(0.2)
    raise AssertionError("courses was not told of the nine agencies")


async def put(person: Person, path: str, body: Any, version: int) -> Any:
    headers = person.headers | {"idempotency-key": str(uuid4()), "if-match": f'"{version}"'}
    return await person.http.put(f"/api/v1{path}", json=body, headers=headers)


async def test_lecturers_from_appointment_to_end(people: tuple[Person, Person], liaison: Person) -> None:
    handler, supervisor = people
    body = {"name": "张讲师", "post": "科长", "unit_code": "hrss", "year": YEAR + 1}
    made = await handler.post("/lecturers", body)
    assert (made.status_code, made.headers["location"]) == (201, f"/api/v1/lecturers?year={YEAR + 1}&unit=hrss")
    one = made.json()
    assert (one["seat"], one["unit_name"], one["group_number"], made.headers["etag"]) == (1, "区人社局", None, '"1"')
    await handler.post("/lecturers", body | {"name": "李讲师"})
    refused(await handler.post("/lecturers", body | {"name": "王讲师"}), 409, "CORPS_SEATS_TAKEN")
    refused(await handler.post("/lecturers", body | {"unit_code": "court"}), 403, "PERMISSION_DENIED")
    refused(await liaison.get("/lecturers"), 403, "PERMISSION_DENIED")
    for wrong in (" ", "1", "=1+1"):
        refusal = refused(await handler.post("/lecturers", body | {"name": wrong}), 422, "FIELDS_INVALID")
        assert fields(refusal)["name"] == "FORMAT_INVALID"

    path = f"/lecturers/{one['id']}"
    renamed = await put(handler, path, {"post": "副局长", "topics": "工伤认定"}, 1)
    assert (renamed.status_code, renamed.json()["post"]) == (200, "副局长")
    refused(await put(handler, path, {"post": "科员"}, 1), 412, "STALE_VERSION")
    follows = {"successor": {"name": "王讲师"}, "reason": "因病"}
    replaced = await supervisor.post(f"{path}/replace", follows, etag='"2"')
    successor = replaced.json()["member"]
    assert (successor["predecessor_id"], successor["seat"], replaced.json()["lecture_count"]) == (one["id"], 1, 0)
    ended = await handler.post(f"/lecturers/{successor['id']}/end", {"reason": "工作调动"}, etag='"1"')
    assert (ended.status_code, ended.json()["end_reason"]) == (200, "工作调动")
    refused(await handler.post(f"/consultants/{one['id']}/end", {"reason": "x"}, etag='"1"'), 404, "MEMBER_NOT_FOUND")
    asked = {"year": YEAR + 1, "unit": "hrss", "with_ended": True}
    everybody = (await handler.get("/lecturers", params=asked)).json()["members"]
    assert [(member["seat"], member["name"]) for member in everybody] == [(1, "王讲师"), (1, "张讲师"), (2, "李讲师")]


async def test_consultants_by_file(people: tuple[Person, Person]) -> None:
    _, supervisor = people
    path, headers = f"/api/v1/consultants/{YEAR + 1}/import", supervisor.headers | {"content-type": "text/csv"}
    good, bad = "区人社局,陈顾问,科长,用工\n", "没有这个局,刘顾问,,\n"
    header = ",".join(COLUMNS) + "\n"
    problem = await supervisor.http.post(path, content=(header + good + bad).encode(), headers=headers)
    errors = refused(problem, 422, "IMPORT_ROWS_INVALID")["errors"]
    assert [(one["row"], one["field"], one["reason"]) for one in errors] == [(3, "单位", "UNIT_UNKNOWN")]
    taken = await supervisor.http.post(path, content=(header + good).encode(), headers=headers)
    assert taken.json() == {"row_count": 1, "created_count": 1, "errors": []}
    listed = (await supervisor.get("/consultants", params={"year": YEAR + 1})).json()
    assert [(one["name"], one["group_number"]) for one in listed["members"]] == [("陈顾问", 3)]
    assert len(listed["gaps"]) == 9
    file = await supervisor.get("/consultants.xlsx", params={"year": YEAR + 1})
    assert "attachment" in file.headers["content-disposition"]
    (row,) = spreadsheet.read_rows("a.xlsx", file.content, Columns(COLUMNS, COLUMNS))
    assert tuple(row.cells.values()) == ("区人社局", "陈顾问", "科长", "用工")


async def test_groups_and_zones(people: tuple[Person, Person], liaison: Person) -> None:
    handler, supervisor = people
    groups = (await liaison.get("/consultation-groups")).json()["groups"]
    assert [len(group["units"]) for group in groups] == [2, 3, 2, 3]
    body = {"name": groups[0]["name"], "topics": "法治政策、公证"}
    refused(await put(handler, "/consultation-groups/1", body, 1), 403, "PERMISSION_DENIED")
    changed = await put(supervisor, "/consultation-groups/1", body, groups[0]["version"])
    assert (changed.status_code, changed.json()["topics"]) == (200, "法治政策、公证")
    west = next(zone for zone in (await liaison.get("/zones")).json()["zones"] if zone["code"] == "west")
    fewer = {"name": west["name"], "area_codes": west["area_codes"][1:]}
    problem = refused(await put(supervisor, "/zones/west", fewer, west["version"]), 409, "AREA_WITHOUT_ZONE")
    assert problem["detail"] == f"区域：{west['area_codes'][0]}"
    same = {"name": "西片", "area_codes": west["area_codes"]}
    renamed = await put(supervisor, "/zones/west", same, west["version"])
    assert (renamed.status_code, renamed.json()["name"]) == (200, "西片")
    refused(await put(supervisor, "/zones/nowhere", fewer, 1), 404, "ZONE_NOT_FOUND")
