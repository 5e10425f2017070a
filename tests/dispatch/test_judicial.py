"""Matters before a court or a procuratorate: assessed by the centre, directed by nobody, and every reader leaves a trace."""

from typing import Any
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import attachment_service_pb2 as files
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import guard_service_pb2 as guards
from sqlalchemy.exc import IntegrityError

from kit.auth import Actor
from tests import signing
from tests.dispatch import looks, scenes, sweeps
from tests.dispatch.conftest import REQUESTS, World
from tests.kit.uploads.makers import page_pdf

CASE = "（2021）沪0116民初1234号"
GUIDANCE = scenes.DIRECT | {"kind": pb.REPLY_KIND_GUIDANCE, "conclusion": "请通过12368诉讼服务热线向法院反映。"}
SENT_BACK = {"reason": pb.RETURN_REASON_UNCLEAR, "basis": "当事人诉求不清"}


@pytest.fixture(scope="module", autouse=True)
async def courts(world: World) -> None:
    """Court and procuratorate, each with a contact; the court with a lead."""
    for code in ("court", "procuratorate"):
        world.contacts[code] = uuid4()
    world.leaders["court"] = uuid4()
    await sweeps.keep_unit(world, "court", 2, world.contacts["court"], leaders=[world.leaders["court"]])
    await sweeps.keep_unit(world, "procuratorate", 2, world.contacts["procuratorate"])


async def at_court(world: World, **fields: Any) -> Any:
    """A matter before the court that the centre passed on to it."""
    demand = await world.submit(before_court=True, **fields)
    return await world.move(world.centre(), "DispatchDemand", demand, unit_code="court")


async def handled(world: World) -> Any:
    demand = await world.move(world.agency("court"), "AcceptDemand", await at_court(world))
    return await world.move(world.agency("court"), "SetDisposition", demand, **scenes.promise(world))


async def barred(world: World, actor: Actor, method: str, demand: Any, **fields: Any) -> None:
    assert (await looks.refused(world, actor, method, demand, **fields))[0] == "JUDICIAL_MATTER", (method, fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"body": f"案号{CASE}，一直没有结果。"},
        {"title": f"{CASE} 何时开庭", "category_code": "court"},
        {"before_court": True},
        {"category_code": "court", "body": "我公司的案子正在审理中。"},
        {"category_code": "procuratorate", "body": "案件审查起诉已两个月。"},
    ],
)
async def test_it_is_never_dispatched_by_itself_and_says_why(world: World, fields: dict[str, Any]) -> None:
    demand = await world.submit(**fields)
    assert (demand.state, demand.triage_reason) == (pb.STATE_TRIAGE, pb.TRIAGE_REASON_JUDICIAL)
    assert demand.judicial


async def test_a_question_to_the_court_itself_goes_to_it(world: World) -> None:
    demand = await world.submit(category_code="court", body="想了解怎样申请强制执行。")
    assert (demand.lead_unit_code, demand.judicial) == ("court", False)


async def test_the_centre_names_the_proper_channel_and_says_nothing_to_the_matter(world: World) -> None:
    demand = await world.submit(before_court=True)
    await barred(world, world.centre(), "ReplyDemand", demand, **scenes.DIRECT)
    replied = await world.move(world.centre(), "ReplyDemand", demand, **GUIDANCE)
    assert replied.state == pb.STATE_REPLIED


async def test_it_goes_to_court_or_procuratorate_alone_and_without_a_word(world: World) -> None:
    demand, centre = await world.submit(before_court=True), world.centre()
    await barred(world, centre, "DispatchDemand", demand, unit_code="hrss")
    await barred(world, centre, "DispatchDemand", demand, unit_code="court", note="请尽快判决")
    await barred(world, centre, "DispatchDemand", demand, unit_code="court", co_unit_codes=["hrss"])
    both = {"unit_code": "court", "co_unit_codes": ["procuratorate"]}
    sent = await world.move(centre, "DispatchDemand", demand, **both)
    await barred(world, centre, "AddCoHandler", sent, unit_code="hrss")


async def test_outsiders_say_yes_to_what_a_court_asks_for_and_nothing_else(world: World) -> None:
    demand = await world.move(world.agency("court"), "RequestExtension", await handled(world), **scenes.extension(world))
    asked = {"approval_id": (await looks.read(world, demand)).approvals[0].id}
    await barred(world, world.centre(), "DecideApproval", demand, approve=False, note="不同意", **asked)
    await barred(world, world.centre(), "DecideApproval", demand, approve=True, note="但请抓紧", **asked)
    given = await world.move(world.centre(), "DecideApproval", demand, approve=True, **asked)
    assert given.extensions == 1
    drafted = await world.move(world.agency("court"), "ReplyDemand", given, **scenes.ANSWER)
    signed = await looks.decide(world, world.leader("court"), drafted, approve=False, note="请补充依据")
    assert signed.state == pb.STATE_HANDLING  # the court's own lead says what it likes


async def test_a_court_is_not_designated_and_its_return_goes_to_no_other_agency(world: World) -> None:
    proposing = SENT_BACK | {"proposed_unit_code": "hrss"}
    demand = await at_court(world)
    await barred(world, world.agency("court"), "AskReturn", demand, **proposing)
    asked = await world.move(world.agency("court"), "AskReturn", demand, **SENT_BACK)
    lead = world.centre_lead()
    await barred(world, lead, "DecideReturn", asked, approve=False)
    await barred(world, lead, "DecideReturn", asked, approve=True, note="请检察院办理")
    await barred(world, lead, "DecideReturn", asked, approve=True, unit_code="hrss")
    moved = await world.move(lead, "DecideReturn", asked, approve=True, unit_code="procuratorate")
    assert moved.lead_unit_code == "procuratorate"


async def test_nobody_calls_on_a_court_or_takes_up_what_it_parked(world: World) -> None:
    demand = await handled(world)
    order = {"level": pb.ORDER_LEVEL_REMINDER, "text": "请尽快判决", "due_on": scenes.workday(world, 2)}
    for actor in (world.centre(), world.centre_lead(), world.supervisor()):
        await barred(world, actor, "IssueOrder", demand, **order)
    parked = await world.move(world.agency("court"), "SetDisposition", demand, **scenes.park(world))
    parked = await looks.decide(world, world.leader("court"), parked, approve=True)
    parked = await looks.decide(world, world.centre(), parked, approve=True)
    plan = {"promised_on": scenes.workday(world, 3), "explanation": "请恢复办理"}
    await barred(world, world.centre(), "ResumeDemand", parked, **plan)
    assert (await world.move(world.agency("court"), "ResumeDemand", parked, **plan)).state == pb.STATE_HANDLING


async def test_a_look_back_sends_nothing_back_to_a_court(world: World) -> None:
    drafted = await world.move(world.agency("court"), "ReplyDemand", await handled(world), **scenes.ANSWER)
    replied = await looks.decide(world, world.leader("court"), drafted, approve=True)
    rated = await world.move(world.enterprise.actor(), "RateDemand", replied, **scenes.DISCONTENT)
    found = {"outcome": pb.LOOK_BACK_OUTCOME_UNSOLVED, "note": "企业认为未解决"}
    after = await world.move(world.centre(), "RecordLookBack", rated, **found)
    assert (after.state, after.triage_reason) == (pb.STATE_TRIAGE, pb.TRIAGE_REASON_JUDICIAL)
    assert after.lead_unit_code == ""


async def reads(world: World, demand: Any, actor: Actor | None = None) -> list[tuple[str, str, int]]:
    request = guards.ListJudicialReadsRequest(demand_id=demand.id, page_size=100)
    found = (await world.call(actor or world.centre_lead(), "ListJudicialReads", request)).reads
    assert {one.serial for one in found} <= {demand.serial}
    return [(one.person_id, one.unit_code, one.kind) for one in reversed(found)]


async def look_at(world: World, actor: Actor, demand: Any, file_id: str) -> None:
    await looks.read(world, demand, actor)
    await world.call(actor, "ListDemandEvents", REQUESTS["ListDemandEvents"](demand_id=demand.id))
    await world.call(actor, "ListAttachments", files.ListAttachmentsRequest(demand_id=demand.id))
    await world.call(actor, "GetAttachment", files.GetAttachmentRequest(attachment_id=file_id))
    await world.call(actor, "DownloadAttachment", files.DownloadAttachmentRequest(attachment_id=file_id))


async def with_file(world: World, demand: Any) -> str:
    upload = files.UploadAttachmentRequest(file_name="判决书.pdf", content=page_pdf(), request_id=uuid4().hex)
    file_id = str((await world.call(world.enterprise.actor(), "UploadAttachment", upload)).attachment.id)
    attach = files.AttachToDemandRequest(demand_id=demand.id, attachment_ids=[file_id])
    await world.call(world.enterprise.actor(), "AttachToDemand", attach)
    return file_id


EACH = [guards.READ_KIND_DEMAND, guards.READ_KIND_TIMELINE, guards.READ_KIND_FILES, guards.READ_KIND_FILES]


async def test_whoever_of_the_staff_reads_it_leaves_a_trace(world: World) -> None:
    office = world.officer()
    on_behalf = {"enterprise_id": str(world.enterprise.id), "channel": pb.CHANNEL_PHONE, "before_court": True}
    demand = await world.submit(office, **on_behalf)
    file_id = await with_file(world, demand)
    for actor in (world.centre(), world.supervisor(), office):
        before = await reads(world, demand)
        await look_at(world, actor, demand, file_id)
        new = (await reads(world, demand))[len(before) :]
        assert new == [(str(actor.person_id), actor.unit_code, kind) for kind in [*EACH, guards.READ_KIND_CONTENT]]


async def test_the_enterprise_and_the_court_read_without_a_trace(world: World) -> None:
    demand = await at_court(world)
    file_id = await with_file(world, demand)
    before = await reads(world, demand)
    for actor in (world.enterprise.actor(), world.agency("court"), world.leader("court")):
        await look_at(world, actor, demand, file_id)
    assert await reads(world, demand) == before


async def test_who_moves_it_has_read_it_and_a_list_is_no_read(world: World) -> None:
    demand, centre = await world.submit(before_court=True), world.centre()
    await world.call(centre, "ListDemands", REQUESTS["ListDemands"]())
    assert await reads(world, demand) == []
    await world.move(centre, "ReplyDemand", demand, **GUIDANCE)
    assert await reads(world, demand) == [(str(centre.person_id), "centre", guards.READ_KIND_DEMAND)]


async def test_other_demands_leave_no_trace(world: World) -> None:
    demand = await world.submit()
    file_id = await with_file(world, demand)
    await look_at(world, world.centre(), demand, file_id)
    assert await reads(world, demand) == []


async def test_the_trace_is_for_those_who_oversee_and_is_never_altered(world: World) -> None:
    demand = await world.submit(before_court=True)
    for _ in range(3):
        await looks.read(world, demand, world.centre())
    assert len(await reads(world, demand, world.supervisor())) == 3
    page = guards.ListJudicialReadsRequest(demand_id=demand.id, page_size=2)
    first = await world.call(world.supervisor(), "ListJudicialReads", page)
    page.page_token = first.next_page_token
    second = await world.call(world.supervisor(), "ListJudicialReads", page)
    assert (len(first.reads), len(second.reads), second.next_page_token) == (2, 1, "")
    assert len({one.id for one in [*first.reads, *second.reads]}) == 3
    everything = await world.call(world.centre_lead(), "ListJudicialReads", guards.ListJudicialReadsRequest(page_size=100))
    assert len({one.demand_id for one in everything.reads}) > 1
    for statement in ("UPDATE judicial_read SET unit_code = ''", "DELETE FROM judicial_read", "TRUNCATE judicial_read"):
        with pytest.raises(IntegrityError, match="judicial_read_frozen"):
            await world.sql(statement)


async def test_what_is_about_their_own_unit_is_kept_from_overseers_here_too(world: World) -> None:
    demand = await world.submit(before_court=True, subject_unit_code="hrss")
    await looks.read(world, demand, world.centre())
    inside = signing.person(Role.ROLE_SUPERVISOR, unit="hrss")
    assert await reads(world, demand, inside) == []
    assert len(await reads(world, demand)) == 1


async def test_every_demand_of_these_tests_can_be_rebuilt_from_its_timeline(world: World) -> None:
    assert await scenes.check_histories(world) > 0
