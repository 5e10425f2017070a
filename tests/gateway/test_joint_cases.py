"""At the door: demands joined and answered together, and how each that stands against it is told."""

from stack.demo_data import Enterprise
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import Person
from tests.gateway.test_refusals import refused

REPLY = {"kind": "answer", "conclusion": "结论", "legal_basis": "法", "next_steps": "下一步", "claim": "solved"}


async def _handled(sign_in: SignIn, who: Enterprise) -> str:
    handler = await sign_in("hrss.handler")
    path = f"/demands/{(await (await sign_in(who)).submit())['id']}"
    accepted = await handler.post(f"{path}/accept", etag='"2"')
    answer = await handler.post(f"{path}/disposition", {"kind": "immediate"}, etag=accepted.headers["etag"])
    assert answer.status_code == 200, answer.text
    return path


async def test_a_joint_answer_reaches_each_enterprise_and_tells_none_of_the_other(sign_in: SignIn) -> None:
    operator, handler = await sign_in("centre.operator"), await sign_in("hrss.handler")
    paths = [await _handled(sign_in, one) for one in COHORT[:2]]
    ids = [path.rpartition("/")[2] for path in paths]
    made = await operator.post("/joint-cases", {"title": "经济补偿", "demand_ids": ids}, key="joint-1")
    assert (made.status_code, [one["id"] for one in made.json()["members"]]) == (201, ids)
    again = await operator.post("/joint-cases", {"title": "经济补偿", "demand_ids": ids}, key="joint-1")
    assert (again.status_code, again.json()["id"]) == (201, made.json()["id"])
    path = f"/joint-cases/{made.json()['id']}"
    seen = await handler.get(path)
    assert (await handler.get(path, headers={"if-none-match": seen.headers["etag"]})).status_code == 304
    assert made.json()["id"] in {one["id"] for one in (await handler.get("/joint-cases")).json()["joint_cases"]}
    answer = await handler.post(f"{path}/reply", REPLY, etag=seen.headers["etag"])
    assert (answer.status_code, sorted(answer.json()["answered_ids"])) == (200, sorted(ids)), answer.text
    assert answer.headers["etag"] != seen.headers["etag"]
    for one, own in zip(COHORT[:2], paths, strict=True):
        contact = await sign_in(one)
        demand = (await contact.get(own)).json()
        assert (demand["state"], demand["joint_case_id"], demand["reply"]["conclusion"]) == ("replied", None, "结论")
        lines = (await contact.get(f"{own}/timeline")).json()["events"]
        assert [(line["sentence"], line["text"]) for line in lines if line["type"] == "joined"] == [
            ("与同类需求一并研究", "")
        ]
        assert (await contact.get(path)).status_code == 403


async def test_who_stands_against_it_is_told_by_number_in_the_readers_language(liaison: Person, sign_in: SignIn) -> None:
    operator = await sign_in("centre.operator")
    gone, there = await liaison.submit(), await liaison.submit()
    await liaison.post(f"/demands/{gone['id']}/withdraw", {"reason": "示例"}, etag='"2"')
    body = {"title": "经济补偿", "demand_ids": [gone["id"], there["id"]]}
    problem = refused(await operator.post("/joint-cases", body), 409, "JOINT_MEMBERS_REFUSED")
    told = {"field": gone["serial"], "reason": "DEMAND_WRONG_STATE", "message": "需求目前的状态不允许这样做"}
    assert problem["errors"] == [told]
    english = (await operator.post("/joint-cases", body, **{"accept-language": "en"})).json()
    assert english["errors"][0]["message"] == "The demand's present state does not allow this"


async def test_members_are_added_taken_out_and_signed_for(liaison: Person, sign_in: SignIn) -> None:
    operator, lead = await sign_in("centre.operator"), await sign_in("hrss.lead")
    ids = [(await liaison.submit())["id"] for _ in range(3)]
    made = await operator.post("/joint-cases", {"title": "经济补偿", "demand_ids": ids[:2]})
    path = f"/joint-cases/{made.json()['id']}"
    added = await operator.post(f"{path}/members", {"demand_ids": ids[2:]}, etag=made.headers["etag"])
    assert (added.status_code, len(added.json()["members"])) == (200, 3)
    removal = {"demand_ids": ids[:1], "reason": "另有争议"}
    refused(await operator.post(f"{path}/members/removal", removal, etag=made.headers["etag"]), 412, "STALE_VERSION")
    left = await operator.post(f"{path}/members/removal", removal, etag=added.headers["etag"])
    assert [one["id"] for one in left.json()["members"]] == ids[1:]
    decided = await lead.post(f"{path}/reply-decision", {"approve": True}, etag=left.headers["etag"])
    refused(decided, 409, "JOINT_CASE_IDLE")
