"""Everything that somebody can read of dispatch, asked at once, and what of it tells of one enterprise."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
from fahu.dispatch.v1 import attachment_service_pb2 as files
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import events_pb2
from fahu.dispatch.v1 import look_back_service_pb2 as look_backs

from kit.auth import Actor
from services.dispatch.service.reference import KEEP_POINT, KEEP_UNIT
from tests.dispatch import looks, scenes
from tests.dispatch.conftest import REQUESTS, Enterprise, World, draft
from tests.kit.uploads.makers import page_pdf

READS = ("Get", "List", "Count", "Download", "Redraw", "Suggest")
NAME = "金山谷雨精密铸造有限公司"
TAG = "待谷雨事项所需条件具备"
ORDER = {"level": pb.ORDER_LEVEL_REMINDER, "text": f"请尽快答复{NAME}。"}


async def keep_unit(world: World, code: str, version: int, *contacts: Any, leaders: Iterable[Any] = ()) -> None:
    kinds = {"centre": "CENTRE", "committee": "SUPERVISOR"}
    values = {"code": code, "name": f"单位{code}", "kind": kinds.get(code, "AGENCY"), "active": True, "version": version}
    async with world.database.begin() as session:
        await session.execute(KEEP_UNIT, values | {"contact_ids": list(contacts), "leader_ids": list(leaders)})


async def keep_enterprise(world: World, name: str = NAME, area: str = "310116109") -> Enterprise:
    enterprise = Enterprise(area=area)
    point = {
        "designation_id": uuid4(),
        "enterprise_id": enterprise.id,
        "enterprise_name": name,
        "year": scenes.today(world).year,
        "area_code": area,
        "active": True,
        "liaison_person_id": enterprise.liaison,
        "at": datetime.now(UTC),
        "version": 1,
    }
    async with world.database.begin() as session:
        await session.execute(KEEP_POINT, point)
    return enterprise


@dataclass
class Case:
    """A demand with something of everything that can belong to one, parked at hrss with an assistant."""

    demand: Any
    enterprise: Enterprise
    title: str
    ids: dict[str, str] = field(default_factory=dict)

    def whose(self) -> dict[str, str]:
        """What tells whose it is."""
        told = {"id": str(self.enterprise.id), "contact": str(self.enterprise.liaison), "name": NAME}
        return told | {"area": self.enterprise.area}

    def anything(self) -> dict[str, str]:
        """What tells that there is such a demand at all."""
        return self.whose() | {"demand": self.demand.id, "serial": self.demand.serial, "title": self.title}


async def build(world: World, enterprise: Enterprise, **fields: Any) -> Case:
    """Its enterprise is named in every text that has room for it."""
    title, liaison = f"谷雨公司的事 {uuid4().hex[:8]}", enterprise.actor()
    wanted = {"title": title, "body": f"我公司{NAME}想了解。", "category_code": "unsure"} | fields
    demand = await world.submit(liaison, **wanted)
    case = Case(demand, enterprise, title)
    upload = files.UploadAttachmentRequest(file_name="材料.pdf", content=page_pdf(), request_id=uuid4().hex)
    case.ids["attachment_id"] = (await world.call(liaison, "UploadAttachment", upload)).attachment.id
    attach = files.AttachToDemandRequest(demand_id=demand.id, attachment_ids=[case.ids["attachment_id"]])
    await world.call(liaison, "AttachToDemand", attach)
    sent = {"unit_code": "hrss", "note": f"{NAME}的来件", "co_unit_codes": ["market_reg"]}
    demand = await world.move(world.centre(), "DispatchDemand", demand, **sent)
    agency = world.agency()
    demand = await world.move(agency, "AcceptDemand", demand)
    demand = await world.move(agency, "SetDisposition", demand, **scenes.promise(world))
    demand = await world.move(agency, "RequestInfo", demand, questions=["贵公司叫什么？"])
    demand = await world.move(liaison, "SupplyInfo", demand, answer=f"{NAME}，地址见执照。")
    demand = await world.move(agency, "SetDisposition", demand, **scenes.park(world) | {"condition_tags": [TAG]})
    for signer in (world.leader(), world.centre()):
        demand = await looks.decide(world, signer, demand, approve=True)
    order = ORDER | {"due_on": scenes.workday(world, 2)}
    demand = await world.move(world.centre(), "IssueOrder", demand, **order)
    demand = await world.move(world.centre(), "OpenLookBack", demand, reason=f"{NAME}来电反映。")
    proposal = {"conclusion": "无法办理", "legal_basis": "《行政许可法》", "next_steps": "另行选址"}
    case.demand = await world.move(world.leader(), "ProposeInfeasible", demand, **proposal)
    since = datetime.now(UTC) - timedelta(days=1)
    drawn = look_backs.DrawSampleRequest(share_percent=100, request_id=uuid4().hex)
    drawn.since.FromDatetime(since)
    drawn.until.FromDatetime(datetime.now(UTC))
    case.ids["sample_id"] = (await world.call(world.centre_lead(), "DrawSample", drawn)).sample.id
    return case


async def readable(world: World, actor: Actor, case: Case) -> dict[str, bytes]:
    """What every RPC that reads answers to this actor, asked about this demand; nothing where it refuses."""
    found: dict[str, bytes] = {}
    known: dict[str, Any] = {"demand_id": case.demand.id, "lead_unit_code": "hrss", "page_size": 100}
    known |= dict.fromkeys(("attachment_id", "sample_id", "joint_case_id", "reply_template_id"), str(uuid4())) | case.ids
    known |= {"year": scenes.today(world).year}
    for method, kind in REQUESTS.items():
        if not method.startswith(READS):
            continue
        request = kind(**{name: value for name, value in known.items() if name in kind.DESCRIPTOR.fields_by_name})
        try:
            answer = await world.call(actor, method, request)
        except grpc.aio.AioRpcError as error:
            if error.code() not in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.PERMISSION_DENIED):
                raise
        else:
            found[method] = answer.SerializeToString()
    return found


def telling(answers: dict[str, bytes], marks: dict[str, str]) -> set[tuple[str, str]]:
    """Which answers hold which marks."""
    return {(method, mark) for method, answer in answers.items() for mark, text in marks.items() if text.encode() in answer}


async def told(world: World, case: Case) -> set[str]:
    """Everybody whom any event of a demand names in its audience."""
    rows = await world.sql("SELECT type, payload FROM outbox WHERE aggregate_id = :id", id=case.demand.id)
    people: set[str] = set()
    for kind, payload in rows:
        event = getattr(events_pb2, kind.rpartition(".")[2]).FromString(payload)
        people |= {person for _, ids in event.audience.ListFields() for person in ids}
    return people


async def payloads(world: World, case: Case) -> dict[str, bytes]:
    """The events of a demand without their audience, which the bus needs."""
    rows = await world.sql("SELECT id, type, payload FROM outbox WHERE aggregate_id = :id", id=case.demand.id)
    found = {}
    for number, kind, payload in rows:
        event = getattr(events_pb2, kind.rpartition(".")[2]).FromString(payload)
        event.ClearField("audience")
        found[f"{kind} {number}"] = event.SerializeToString()
    return found


async def refused_submission(world: World, actor: Actor, **fields: Any) -> Any:
    return await world.refused(actor, "SubmitDemand", draft(**fields))
