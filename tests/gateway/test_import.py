"""A cohort sent as a file: all of it, or a list of everything wrong with it."""

import httpx

from services.gateway.sheets import MAX_FILE_BYTES
from stack.demo_data import enterprises
from tests.gateway.conftest import SignIn
from tests.gateway.platform import Person
from tests.gateway.test_refusals import refused

HEADER = "统一社会信用代码,企业名称,街镇(园区),级别,联系人,手机号,同意"
ONE = enterprises()[-1]
GOOD = f"{ONE.uscc},{ONE.name},{ONE.area_code},镇级,,,"
BAD = f"91310116MA0FAKE00A,{ONE.name},没有的镇,镇级,,,"


async def _send(person: Person, rows: list[str], kind: str = "text/csv; charset=utf-8", **query: str) -> httpx.Response:
    content = "\n".join([HEADER, *rows]).encode()
    headers = person.headers | {"content-type": kind}
    return await person.http.post("/api/v1/cohorts/2031/import", content=content, headers=headers, params=query)


async def test_one_bad_row_and_nothing_is_written(sign_in: SignIn) -> None:
    lead = await sign_in("centre.lead")
    problem = refused(await _send(lead, [GOOD, BAD]), 422, "IMPORT_ROWS_INVALID")
    assert {(one["row"], one["field"]) for one in problem["errors"]} >= {(3, "统一社会信用代码"), (3, "街镇(园区)")}
    assert (await lead.get("/enterprises", params={"year": 2031})).json()["enterprises"] == []
    tried = await _send(lead, [GOOD, BAD], dry_run="true")
    assert (tried.status_code, tried.json()["created_count"], len(tried.json()["errors"])) == (
        200,
        0,
        len(problem["errors"]),
    )


async def test_a_good_file_twice_is_written_once(sign_in: SignIn) -> None:
    lead = await sign_in("centre.lead")
    assert (await _send(lead, [GOOD])).json() == {"row_count": 1, "created_count": 1, "errors": []}
    assert (await _send(lead, [GOOD])).json()["created_count"] == 0
    found = (await lead.get("/enterprises", params={"year": 2031})).json()["enterprises"]
    assert [one["uscc"] for one in found] == [ONE.uscc]


async def test_what_is_no_such_file(sign_in: SignIn) -> None:
    lead = await sign_in("centre.lead")
    refused(await _send(lead, [GOOD], "application/json"), 415, "CONTENT_TYPE_UNSUPPORTED")
    refused(
        await _send(lead, [GOOD], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        422,
        "IMPORT_UNREADABLE",
    )
    refused(await _send(lead, ["x" * MAX_FILE_BYTES]), 413, "FILE_TOO_LARGE")
    headers = lead.headers | {"content-type": "text/csv"}
    refused(await lead.http.post("/api/v1/cohorts/2031/import", headers=headers), 422, "FILE_EMPTY")
    refused(await lead.http.post("/api/v1/cohorts/1999/import", headers=headers), 422, "FIELDS_INVALID")
    refused(await _send(await sign_in("centre.operator"), [GOOD]), 403, "PERMISSION_DENIED")
