"""At the door: what is about an agency stays away from it, a shield holds until consent, and a court's matter is traced."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from kit.calendar import BEIJING
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import DEMAND, Person
from tests.kit.uploads.makers import png

OF_HRSS = ("hrss.contact", "hrss.handler", "hrss.lead")
LISTS = (
    "/demands",
    "/demands/counts",
    "/approvals",
    "/returns",
    "/orders",
    "/conditions",
    "/notifications",
    "/notifications/unread-count",
    "/look-backs",
    "/judicial-reads",
    "/routing-suggestions",
    "/call-tasks",
    "/enterprises",
)
PARTS = ("", "/timeline", "/attachments", "/deliveries")
GUIDANCE = {"kind": "guidance", "conclusion": "请拨打12368。", "next_steps": "联系承办法官。", "claim": "explained"}


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what an event brings about."""
    until = time.monotonic() + 10
    while not await holds():
        assert time.monotonic() < until
        await asyncio.sleep(0.1)


async def everything(person: Person, demand: dict[str, Any], file_id: str = "") -> str:
    """All that somebody gets at the door, asked with this demand's own words."""
    found = []
    for path in LISTS:
        narrowed: list[dict[str, str]] = [{}, {"text": demand["title"]}] if path.startswith("/demands") else [{}]
        found += [(await person.get(path, params=params)).text for params in narrowed]
    found += [(await person.get(f"/demands/{demand['id']}{part}")).text for part in PARTS]
    if file_id:
        found += [(await person.get(f"/attachments/{file_id}{part}")).text for part in ("", "/content")]
    return "\n".join(found)


async def test_the_agency_it_is_about_gets_nothing_of_it(sign_in: SignIn) -> None:
    owner = await sign_in(COHORT[5])  # of whom the agency has nothing else
    people = {login: await sign_in(login) for login in (*OF_HRSS, "eco_env.contact")}
    counts = {login: (await person.get("/demands/counts")).json() for login, person in people.items()}
    sent = await owner.submit(title=f"回避 {uuid4().hex}", subject_unit_code="hrss")
    assert (sent["state"], sent["triage_reason"], sent["subject_unit_code"]) == ("triage", "conflict", "hrss")
    operator = await sign_in("centre.operator")
    path, etag = f"/demands/{sent['id']}", f'"{sent["version"]}"'
    for body in ({"unit_code": "hrss"}, {"unit_code": "eco_env", "co_unit_codes": ["hrss"]}):
        refused = await operator.post(f"{path}/dispatch", body, etag=etag)
        assert (refused.status_code, refused.json()["reason"]) == (409, "SUBJECT_AGENCY")
    dispatched = await operator.post(f"{path}/dispatch", {"unit_code": "eco_env"}, etag=etag)
    assert dispatched.json()["lead_unit_code"] == "eco_env"
    assert (await people["eco_env.contact"].get(path)).json()["subject_unit_code"] is None
    await eventually(lambda: _was_told(people["eco_env.contact"], sent))
    marks = [sent[name] for name in ("id", "serial", "title", "enterprise_id", "enterprise_name", "submitted_by")]
    for login in OF_HRSS:
        seen = await everything(people[login], sent)
        assert [mark for mark in marks if mark in seen] == []
        assert (await people[login].get("/demands/counts")).json() == counts[login]
    led = await everything(people["eco_env.contact"], sent)
    assert [mark for mark in marks if mark not in led] == []


async def _was_told(person: Person, demand: dict[str, Any]) -> bool:
    return demand["serial"] in (await person.get("/notifications")).text


async def test_a_shield_holds_until_the_enterprise_consents(sign_in: SignIn) -> None:
    owner = await sign_in(COHORT[4])  # nobody else sends in this one's name
    name = COHORT[4].name
    sent = await owner.submit(title=f"隐名 {uuid4().hex}", body=f"我公司{name}想问。", shielded=True)
    assert (sent["state"], sent["enterprise_name"], sent["shielded"]) == ("dispatched", name, True)
    headers = {"content-type": "image/png", "idempotency-key": uuid4().hex}
    upload = await owner.http.post(
        "/api/v1/attachments", params={"file_name": "证据.png"}, content=png(), headers=owner.headers | headers
    )
    file_id = upload.json()["id"]
    await owner.post(f"/demands/{sent['id']}/attachments", {"attachment_ids": [file_id]})
    contact, path = await sign_in("hrss.contact"), f"/demands/{sent['id']}"
    await eventually(lambda: _was_told(contact, sent))
    marks = (name, sent["enterprise_id"], sent["submitted_by"])
    for login in OF_HRSS:
        seen = await everything(await sign_in(login), sent, file_id)
        assert sent["serial"] in seen
        assert [mark for mark in marks if mark in seen] == [], login
    shown = (await contact.get(path)).json()
    assert (shown["enterprise_name"], shown["enterprise_id"], shown["area_code"]) == ("某联系点企业", None, None)
    assert shown["body"] == "我公司某联系点企业想问。"
    english = (await contact.get(path, headers={"accept-language": "en"})).json()
    assert english["enterprise_name"] == "A liaison enterprise"
    assert [one["who"] for one in (await contact.get(f"{path}/timeline")).json()["events"]] == [None, None]
    assert (await contact.get("/demands", params={"text": name})).json()["demands"] == []
    operator = await sign_in("centre.operator")
    assert (await operator.get(path)).json()["enterprise_name"] == name
    assert (await contact.post(f"{path}/reveal-identity", etag='"2"')).status_code == 403
    told = await owner.post(f"{path}/reveal-identity", etag='"2"')
    assert (told.status_code, told.json()["shielded"]) == (200, False)
    assert (await contact.get(path)).json()["enterprise_name"] == name
    sentence = (await contact.get(f"{path}/timeline")).json()["events"][-1]
    assert (sentence["type"], sentence["sentence"]) == ("identity_revealed", "企业同意告知身份")
    again = await owner.post(f"{path}/reveal-identity", etag='"3"')
    assert (again.status_code, again.json()["reason"]) == (409, "DEMAND_WRONG_STATE")
    await eventually(lambda: _says(contact, "企业已公开身份"))


async def _says(person: Person, title: str) -> bool:
    return title in (await person.get("/notifications")).text


async def test_a_matter_before_a_court_is_answered_with_the_channel_and_every_reader_is_written_down(
    liaison: Person, sign_in: SignIn
) -> None:
    sent = await liaison.submit(body="案号（2021）沪0116民初1234号，想知道何时开庭。")
    assert (sent["state"], sent["triage_reason"], sent["judicial"]) == ("triage", "judicial", True)
    operator, lead = await sign_in("centre.operator"), await sign_in("centre.lead")
    path, etag = f"/demands/{sent['id']}", '"2"'
    refused = await operator.post(f"{path}/dispatch", {"unit_code": "hrss"}, etag=etag)
    assert (refused.status_code, refused.json()["reason"]) == (409, "JUDICIAL_MATTER")
    assert refused.json()["title"].startswith("该事项正在诉讼、检察程序中")
    direct = await operator.post(f"{path}/reply", GUIDANCE | {"kind": "direct"}, etag=etag)
    assert direct.json()["reason"] == "JUDICIAL_MATTER"
    assert (await operator.get(path)).status_code == 200
    assert (await operator.get(f"{path}/timeline")).status_code == 200
    assert (await liaison.get(path)).status_code == 200
    assert (await operator.get("/judicial-reads")).status_code == 403
    query = {"of_demand": sent["id"]}
    reads = (await lead.get("/judicial-reads", params=query)).json()["reads"]
    assert [(one["kind"], one["unit_name"], one["serial"]) for one in reads] == [
        ("timeline", "区综治中心", sent["serial"]),
        ("demand", "区综治中心", sent["serial"]),
    ]
    assert {(one["person_id"], one["who"]) for one in reads} == {
        (operator.session["account"]["person_id"], operator.session["account"]["name"])
    }
    assert datetime.fromisoformat(reads[0]["read_at"]).astimezone(BEIJING) <= datetime.now(BEIJING)
    answered = await operator.post(f"{path}/reply", GUIDANCE, etag=etag)
    assert answered.json()["state"] == "replied"
    supervisor = await sign_in("committee.supervisor")
    assert len((await supervisor.get("/judicial-reads", params=query)).json()["reads"]) == 3


async def test_it_is_about_an_agency(liaison: Person) -> None:
    answer = await liaison.post("/demands", _draft(subject_unit_code="centre"))
    assert (answer.status_code, answer.json()["reason"]) == (422, "UNIT_NOT_AN_AGENCY")
    assert [one["field"] for one in answer.json()["errors"]] == ["subject_unit_code"]
    wrong: list[dict[str, object]] = [{"shielded": "yes"}, {"before_court": 1}, {"subject_unit_code": ""}]
    for changes in wrong:
        assert (await liaison.post("/demands", _draft(**changes))).json()["reason"] == "FIELDS_INVALID"


def _draft(**changes: object) -> dict[str, object]:
    return DEMAND | changes
