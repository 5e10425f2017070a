"""At the door: a year of lectures goes in and comes out as a file, and so do the other lists of courses."""

from datetime import datetime
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx
import psycopg
import pytest

from kit.calendar import BEIJING
from kit.sheets import spreadsheet
from kit.sheets.rows import Columns
from services.courses.rules.lecture_files import COLUMNS
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person, Platform
from tests.gateway.test_refusals import refused

# All of its days are ahead.
YEAR = datetime.now(BEIJING).year + 1
LECTURER = """
INSERT INTO lecturer (id, year, unit_code, seat, name, post, topics, appointed_by, appointed_at, version)
VALUES (%s, %s, 'hrss', 1, '例讲师', '科长', '', gen_random_uuid(), now(), 1)
"""
COURSEWARE = """
INSERT INTO courseware
  (id, year, unit_code, title, summary, minutes, anonymised, state, created_by, created_at, changed_at, version)
VALUES (%s, %s, 'hrss', '解除劳动合同的三个误区', '', 60, true, 'APPROVED', gen_random_uuid(), now(), now(), 1)
RETURNING number
"""


@pytest.fixture
def rows(platform: Platform) -> list[tuple[str, ...]]:
    """Two lectures of 区人社局, as rows of a file."""
    with psycopg.connect(platform.databases["courses"]) as connection:
        connection.execute(LECTURER, (uuid4(), YEAR))
        ((number,),) = connection.execute(COURSEWARE, (uuid4(), YEAR)).fetchall()
    place = (f"KJ{YEAR}-{number:06d}", "例讲师", "区政务服务中心二楼报告厅", "")
    return [(*place, f"{YEAR}-03-0{day} 14:00", f"{YEAR}-03-0{day} 16:00", "40") for day in (1, 2)]


async def sent(person: Person, rows: list[tuple[str, ...]], **params: Any) -> httpx.Response:
    content = "\n".join(",".join(row) for row in [COLUMNS, *rows]).encode()
    headers = person.headers | {"content-type": "text/csv"}
    return await person.http.post(f"/api/v1/lectures/{YEAR}/import", params=params, content=content, headers=headers)


def read(answer: httpx.Response, *columns: str) -> list[dict[str, str]]:
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    return [dict(one.cells) for one in spreadsheet.read_rows("a.xlsx", answer.content, Columns(columns, columns))]


async def test_a_year_of_lectures_goes_in_and_comes_out(sign_in: SignIn, liaison: Person, rows: list[Any]) -> None:
    handler = await sign_in("hrss.handler")
    bad = [(*rows[0][:6], "四十"), (*rows[1][:1], "无此人", *rows[1][2:])]
    errors = refused(await sent(handler, bad), 422, "IMPORT_ROWS_INVALID")["errors"]
    assert [(one["row"], one["field"], one["reason"]) for one in errors] == [
        (2, "座位数", "SEATS_INVALID"),
        (3, "讲师", "LECTURER_NOT_FOUND"),
    ]
    told = (await sent(handler, bad, dry_run=True)).json()
    assert (told["row_count"], told["created_count"], len(told["errors"])) == (2, 0, 2)
    assert (await sent(handler, rows)).json() == {"row_count": 2, "created_count": 2, "errors": []}
    assert (await sent(handler, rows)).json()["created_count"] == 0
    refused(await sent(await sign_in("committee.supervisor"), rows), 403, "PERMISSION_DENIED")

    asked = {"year": YEAR, "unit": "hrss", "lecture_state": "planned"}
    file = await handler.get("/lectures.xlsx", params=asked)
    assert unquote(file.headers["content-disposition"]).endswith(f"{YEAR}年宣讲场次.xlsx")
    lines = read(file, *COLUMNS, "状态", "已占座位")
    assert [tuple(line[name] for name in COLUMNS) for line in lines] == rows
    assert [(line["状态"], line["已占座位"]) for line in lines] == [("已安排", "0")] * 2
    refused(await liaison.get("/lectures.xlsx", params=asked), 403, "PERMISSION_DENIED")

    planned = (await handler.get("/lectures", params={"year": YEAR})).json()["lectures"][0]
    bookings = await handler.get(f"/lectures/{planned['id']}/bookings.xlsx")
    assert read(bookings, "企业名称", "状态") == []
    assert unquote(bookings.headers["content-disposition"]).endswith(f"报名名单 {planned['serial']}.xlsx")
    stranger = await sign_in("eco_env.handler")
    refused(await stranger.get(f"/lectures/{planned['id']}/bookings.xlsx"), 404, "LECTURE_NOT_FOUND")


async def test_other_lists_come_out_narrowed_as_they_are_read(sign_in: SignIn, liaison: Person) -> None:
    handler = await sign_in("hrss.handler")
    sessions = await handler.get("/consultations.xlsx", params={"year": 2199, "quarter": 2, "consultation_state": "held"})
    assert read(sessions, "编号", "咨询员") == []
    requests = await handler.get("/lecture-requests.xlsx", params={"year": 2199, "request_state": "requested"})
    assert read(requests, "编号", "时段") == []
    for somebody in (handler, liaison):
        records = await somebody.get("/consultation-records.xlsx", params={"year": 2199, "follow_up_state": "asked"})
        assert read(records, "场次编号", "咨询的问题") == []
    for path in ("/consultations.xlsx", "/lecture-requests.xlsx"):
        refused(await liaison.get(path), 403, "PERMISSION_DENIED")
