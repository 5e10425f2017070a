"""Contacts at the door: invites with their QR code, another WeChat account, leaving, duties and files."""

import io
from typing import Any
from uuid import uuid4

import httpx
import pytest
import segno
from python_calamine import CalamineWorkbook

from services.gateway.sheets import XLSX
from tests.gateway.conftest import COHORT, SignIn, wechat_codes
from tests.gateway.platform import Person
from tests.gateway.test_refusals import fields, refused

WECHAT = "/api/v1/auth/wechat"


async def _put(person: Person, path: str, body: Any, etag: str) -> httpx.Response:
    headers = person.headers | {"if-match": etag, "idempotency-key": uuid4().hex}
    return await person.http.put(f"/api/v1{path}", json=body, headers=headers)


async def _newcomer(lead: Person, enterprise: str, phone: str) -> None:
    """A new contact of the enterprise, who has not signed in yet."""
    path = f"/enterprises/{enterprise}"
    etag = (await lead.get(path)).headers["etag"]
    body = {"liaison": {"name": "例新人", "phone": phone, "consented": True, "consent_version": "2026-1"}, "reason": "换人"}
    answer = await _put(lead, f"{path}/liaison", body, etag)
    assert answer.status_code == 200, answer.text
    assert answer.json()["liaison"]["consent_version"] == "2026-1"


@pytest.fixture
async def lead(sign_in: SignIn) -> Person:
    return await sign_in("centre.lead")


async def _enterprise_of(lead: Person, place: int) -> str:
    found = await lead.get("/enterprises", params={"text": COHORT[place].uscc})
    return str(found.json()["enterprises"][0]["id"])


async def test_a_contact_is_invited_and_comes_in(http: httpx.AsyncClient, lead: Person) -> None:
    enterprise = await _enterprise_of(lead, 7)
    await _newcomer(lead, enterprise, "19900008801")
    path = f"/enterprises/{enterprise}/liaison/invite"
    made = await lead.post(path)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    invite = made.json()
    assert invite["qr_text"] == f"/pages/invite/index?scene={invite['code']}"
    drawn = io.BytesIO()
    segno.make(invite["qr_text"], error="m", micro=False).save(drawn, kind="svg", scale=6, xmldecl=False)
    assert invite["qr_svg"] == drawn.getvalue().decode()
    shown = await lead.get(path)
    assert shown.json() == {name: value for name, value in invite.items() if name not in ("code", "qr_text", "qr_svg")}
    wrong = await http.post(WECHAT, json={"code": "code-invited~1", "invite_code": "AAAA-AAAA"})
    assert fields(refused(wrong, 403, "INVITE_INVALID")) == {"invite_code": "INVITE_INVALID"}
    both = {"code": "code-invited~2", "invite_code": invite["code"], "phone_code": "phone-19900008801~1"}
    refused(await http.post(WECHAT, json=both), 422, "FIELDS_INVALID")
    entered = await http.post(WECHAT, json={"code": "code-invited~3", "invite_code": invite["code"].lower()})
    assert entered.json()["account"]["enterprise_id"] == enterprise
    refused(await lead.get(path), 404, "INVITE_NOT_FOUND")
    refused(await lead.post(path), 409, "INVITE_NOT_NEEDED")
    history = (await lead.get(f"/enterprises/{enterprise}/liaisons")).json()["liaisons"]
    assert [(one["ended_at"] is None, one["end_reason"]) for one in history] == [(True, None), (False, "换人")]
    gone = await http.delete(f"/api/v1{path}", headers=lead.headers)
    assert (gone.status_code, gone.content) == (204, b"")


async def test_another_wechat_account_asks_waits_and_is_objected_to(
    http: httpx.AsyncClient, sign_in: SignIn, lead: Person
) -> None:
    who = COHORT[8]
    present = await sign_in(who)
    phone = wechat_codes(who)["phone_code"]
    asked = await http.post(f"{WECHAT}/rebinding", json={"code": "code-newphone~1", "phone_code": phone})
    assert (asked.status_code, asked.json()["state"]) == (200, "asked"), asked.text
    again = {"code": "code-newphone~2", "phone_code": wechat_codes(who)["phone_code"]}
    assert (await http.post(f"{WECHAT}/rebinding", json=again)).json() == asked.json()
    mine = next(
        one
        for one in (await lead.get("/rebindings", params={"rebinding_state": "asked"})).json()["rebindings"]
        if one["person_id"] == present.session["account"]["person_id"]
    )
    assert mine["effective_at"] == asked.json()["effective_at"]
    path = f"/rebindings/{mine['id']}"
    etag = (await lead.get(path)).headers["etag"]
    decided = await lead.post(f"{path}/decision", {"approve": True, "note": "已当面核实"}, etag=etag)
    assert decided.json()["state"] == "approved"
    refused(await lead.post(f"{path}/decision", {"approve": True, "note": "x"}, etag=etag), 412, "STALE_VERSION")
    waiting = refused(await http.post(WECHAT, json={"code": "code-newphone~3"}), 409, "REBINDING_WAITING")
    assert (waiting["state"], waiting["effective_at"]) == ("approved", mine["effective_at"])
    refused(await (await sign_in("centre.operator")).post(f"{path}/decision", {}, etag=etag), 403, "PERMISSION_DENIED")
    assert (await present.get("/me/rebinding")).json()["state"] == "approved"
    assert (await present.post("/me/rebinding/objection")).status_code == 204
    refused(await present.get("/me/rebinding"), 404, "REBINDING_NOT_FOUND")
    refused(await http.post(WECHAT, json={"code": "code-newphone~4"}), 401, "WECHAT_NOT_BOUND")
    assert (await lead.get(path)).json()["state"] == "objected"


async def test_a_contact_who_leaves_is_out(sign_in: SignIn, lead: Person) -> None:
    leaving = await sign_in(COHORT[9])
    enterprise = leaving.session["account"]["enterprise_id"]
    assert (await leaving.post("/me/resignation", {"reason": "本人离职"})).status_code == 204
    assert (await lead.get(f"/enterprises/{enterprise}")).json()["liaison"] is None
    refused(await lead.post("/me/resignation", {"reason": "本人离职"}), 403, "PERMISSION_DENIED")


def _rows(answer: httpx.Response) -> list[list[Any]]:
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX), answer.text
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


async def test_lists_leave_as_files_cut_to_the_callers_reach(sign_in: SignIn, lead: Person) -> None:
    answer = await lead.get("/exports/enterprises")
    assert "attachment; filename*=UTF-8''" in answer.headers["content-disposition"]
    everything, own_area = _rows(answer), _rows(await (await sign_in("zhujing.officer")).get("/exports/enterprises"))
    assert {row[2] for row in own_area[1:]} == {"朱泾镇"}
    assert len(everything) > len(own_area) > 1
    units = _rows(await lead.get("/exports/units", params={"kind": "agency"}))
    assert ["区人社局", "联系人"] in [row[:2] for row in units]
    refused(await (await sign_in("zhujing.officer")).get("/exports/units"), 403, "PERMISSION_DENIED")
    refused(await (await sign_in("hrss.contact")).get("/exports/enterprises"), 403, "PERMISSION_DENIED")


async def test_gaps_are_listed_and_closed_by_a_file(lead: Person, sign_in: SignIn) -> None:
    def sent(content: str, **query: str) -> Any:
        headers = lead.headers | {"content-type": "text/csv"}
        return lead.http.post("/api/v1/units/duties/import", content=content.encode(), headers=headers, params=query)

    before = (await (await sign_in("committee.supervisor")).get("/units/gaps")).json()
    court = next(gap for gap in before["gaps"] if gap["unit_code"] == "court")
    assert court["missing"] == ["leader", "contact"]
    header = "单位,职责,姓名,手机号\n"
    bad = refused(await sent(f"{header}court,联系人,甲,1\n不存在,联系人,乙,19900007701"), 422, "IMPORT_ROWS_INVALID")
    assert [(one["row"], one["field"], one["reason"]) for one in bad["errors"]] == [
        (2, "手机号", "PHONE_INVALID"),
        (3, "单位", "UNIT_UNKNOWN"),
    ]
    good = f"{header}court,联系人,例法官,19900007702"
    assert (await sent(good)).json() == {"row_count": 1, "created_count": 1, "errors": []}
    after = (await lead.get("/units/gaps")).json()
    assert next(gap for gap in after["gaps"] if gap["unit_code"] == "court")["missing"] == ["leader"]
    refused(await (await sign_in("zhujing.officer")).get("/units/gaps"), 403, "PERMISSION_DENIED")
