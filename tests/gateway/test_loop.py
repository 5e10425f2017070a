"""A demand through the door: sent, accepted, promised, answered, rated; and what each side reads of it."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

from kit.calendar import BEIJING, WorkingCalendar
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import DEMAND, Person

REPLY = {
    "kind": "answer",
    "conclusion": "按在本单位工作的年限，每满一年支付一个月工资。",
    "legal_basis": "《中华人民共和国劳动合同法》第四十七条",
    "next_steps": "请与员工书面协商一致并办理退工登记。",
    "claim": "solved",
}


def _next_workday() -> date:
    calendar = WorkingCalendar.from_library()
    day = datetime.now(BEIJING).date() + timedelta(days=1)
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    return day


async def _read(person: Person, path: str, **query: Any) -> Any:
    answer = await person.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_demand_goes_its_way_and_every_side_reads_its_own_words(liaison: Person, sign_in: SignIn) -> None:
    contact, handler, lead = [await sign_in(f"hrss.{who}") for who in ("contact", "handler", "lead")]
    demand = await liaison.submit()
    assert (demand["state"], demand["lead_unit_name"]) == ("dispatched", "区人社局")
    path = f"/demands/{demand['id']}"

    accepted = await contact.post(f"{path}/accept", etag='"2"')
    assert (accepted.status_code, accepted.headers["etag"], accepted.json()["status_text"][:6]) == (
        200,
        '"3"',
        "已接收待分类",
    )
    contacted = await contact.post(f"{path}/contact", {"note": "已电话联系"}, etag='"3"')
    assert (contacted.status_code, contacted.headers["etag"], contacted.json()["state"]) == (200, '"4"', "accepted")
    clocks = {clock["kind"]: clock["stopped_at"] for clock in contacted.json()["clocks"]}
    assert (bool(clocks["contact"]), clocks["classify"]) == (True, None)
    day = _next_workday()
    promise = {"kind": "time_bound", "promised_on": day.isoformat()}
    promised = await handler.post(f"{path}/disposition", promise, etag='"4"')
    assert promised.status_code == 200, promised.text
    until = f"于{day.month}月{day.day}日前答复"
    assert f"承诺{until}）" in (await liaison.get(path)).json()["status_text"]
    assert (await handler.get(path)).json()["status_text"].startswith(f"办理中·限时办理：请您{until}企业")
    assert f"由区人社局承办人{until}企业" in (await lead.get(path)).json()["status_text"]
    replied = await lead.post(f"{path}/reply", REPLY, etag='"5"')  # an answer that needs no other signature
    assert replied.json()["reply"]["legal_basis"] == REPLY["legal_basis"]
    rated = await liaison.post(f"{path}/rating", {"satisfaction": 5, "solved": "yes"}, etag='"6"')
    assert (rated.status_code, rated.json()["state"]) == (200, "closed")

    await _both_read_the_timeline(liaison, handler, path, day)


async def _both_read_the_timeline(liaison: Person, handler: Person, path: str, day: date) -> None:
    lines = (await _read(liaison, f"{path}/timeline"))["events"]
    assert [line["sentence"] for line in lines] == [
        "需求已提交",
        "已转区人社局办理",
        "区人社局已接收",
        "区人社局已与您联系",
        f"区人社局承诺{day.month}月{day.day}日前答复",
        "区人社局已答复",
        "您已评价",
        "需求已办结",
    ]
    assert [line["sequence"] for line in lines] == list(range(1, 9))
    of_staff = (await _read(handler, f"{path}/timeline"))["events"]
    assert of_staff[0]["sentence"] == "企业提交需求"
    assert of_staff[2]["who"] == "吕示例" or of_staff[2]["who"].endswith("示例")
    assert "*" in str(lines[2]["who"])  # a contact of an enterprise sees the names of staff masked


async def test_times_are_those_of_shanghai_to_the_second(liaison: Person) -> None:
    demand = await liaison.submit()
    assert demand["due_at"].endswith("T17:30:00+08:00")
    sent = datetime.fromisoformat(demand["submitted_at"])
    assert sent.microsecond == 0
    assert abs((datetime.now(BEIJING) - sent).total_seconds()) < 10
    assert demand["submitted_at"].endswith("+08:00")


async def test_english_for_who_prefers_it(liaison: Person) -> None:
    demand = await liaison.submit()
    answer = await liaison.get(f"/demands/{demand['id']}", headers={"accept-language": "en-GB,en;q=0.9,zh;q=0.5"})
    assert answer.headers["content-language"] == "en"
    assert answer.json()["status_text"].startswith("Your demand went to 区人社局, which has yet to accept it (since ")


async def test_an_unclear_demand_is_dispatched_by_hand_or_answered_by_the_centre(liaison: Person, sign_in: SignIn) -> None:
    operator = await sign_in("centre.operator")
    first = await liaison.submit(category_code="unsure")
    assert (first["state"], first["triage_reason"]) == ("triage", "unsure")
    sent = await operator.post(f"/demands/{first['id']}/dispatch", {"unit_code": "eco_env", "note": "环保事项"}, etag='"2"')
    assert (sent.status_code, sent.json()["lead_unit_code"]) == (200, "eco_env")
    second = await liaison.submit(category_code="unsure")
    guidance = REPLY | {"kind": "guidance", "legal_basis": "", "claim": "explained"}
    answered = await operator.post(f"/demands/{second['id']}/reply", guidance, etag='"2"')
    assert (answered.status_code, answered.json()["state"]) == (200, "replied")


async def test_lists_and_counts_narrow_and_turn_pages(sign_in: SignIn) -> None:
    person = await sign_in(COHORT[2])
    sent = [await person.submit(title=f"翻页示例{number}") for number in range(3)]
    await person.post(f"/demands/{sent[0]['id']}/withdraw", {"reason": "不再需要"}, etag='"2"')
    first = await _read(person, "/demands", state=["dispatched", "withdrawn"], page_size=2)
    rest = await _read(
        person, "/demands", state=["dispatched", "withdrawn"], page_size=2, page_token=first["next_page_token"]
    )
    found = [line["id"] for line in first["demands"] + rest["demands"]]
    assert found == [one["id"] for one in reversed(sent)]
    assert "body" not in first["demands"][0]
    assert [line["id"] for line in (await _read(person, "/demands", text="翻页示例1"))["demands"]] == [sent[1]["id"]]
    assert (await _read(person, "/demands", until="2021-01-01T00:00:00+08:00"))["demands"] == []
    assert len((await _read(person, "/demands", **{"from": "0001-01-01T00:00:00Z"}))["demands"]) == 3
    counts = {one["state"]: one["count"] for one in (await _read(person, "/demands/counts"))["counts"]}
    assert (counts["dispatched"], counts["withdrawn"], counts["closed"]) == (2, 1, 0)


async def test_an_unchanged_demand_is_not_sent_again(liaison: Person) -> None:
    demand = await liaison.submit()
    etag = (await liaison.get(f"/demands/{demand['id']}")).headers["etag"]
    again = await liaison.get(f"/demands/{demand['id']}", headers={"if-none-match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    assert (await liaison.get(f"/demands/{demand['id']}", headers={"if-none-match": '"1"'})).status_code == 200


async def test_a_retry_with_the_same_key_sends_nothing_twice(liaison: Person) -> None:
    first = await liaison.post("/demands", DEMAND, key="the-same-key")
    second = await liaison.post("/demands", DEMAND, key="the-same-key")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert first.headers["location"] == f"/api/v1/demands/{first.json()['id']}"


async def test_the_agency_finds_a_message_and_reads_it(liaison: Person, sign_in: SignIn) -> None:
    contact = await sign_in("hrss.contact")
    demand = await liaison.submit()
    message = None
    for _ in range(100):
        inbox = (await _read(contact, "/notifications"))["notifications"]
        message = next((one for one in inbox if one["subject_id"] == demand["id"]), None)
        if message:
            break
        await asyncio.sleep(0.05)
    assert message
    assert message["serial"] == demand["serial"]
    unread = (await _read(contact, "/notifications/unread-count"))["unread_count"]
    read = await contact.post("/notifications/read", {"notification_ids": [message["id"]]}, key="")
    assert read.json()["unread_count"] == unread - 1
    supervisor = await sign_in("committee.supervisor")
    deliveries = (await _read(supervisor, f"/demands/{demand['id']}/deliveries"))["deliveries"]
    assert message["id"] in [one["notification_id"] for one in deliveries]


async def test_staff_send_on_behalf_and_the_timeline_says_so(sign_in: SignIn) -> None:
    officer = await sign_in("zhujing.officer")
    mine = (await _read(officer, "/enterprises", area="310116101"))["enterprises"][0]
    nobodys = await officer.post("/demands", DEMAND | {"channel": "phone"})
    assert (nobodys.status_code, nobodys.json()["reason"]) == (422, "ENTERPRISE_MISSING")
    assert [one["field"] for one in nobodys.json()["errors"]] == ["enterprise_id"]
    demand = await officer.submit(enterprise_id=mine["id"], channel="phone")
    assert (demand["channel"], demand["submitted_for_by_unit"]) == ("phone", "area-310116101")
    line = (await _read(officer, f"/demands/{demand['id']}/timeline"))["events"][0]
    assert line["sentence"].endswith("代企业提交需求")
    assert "朱泾" in line["sentence"]
