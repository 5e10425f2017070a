"""What is asked: lists, counts, searches, hints and details, by each kind of reader."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc

from benchmarks.generate.texts import THINGS, brands
from benchmarks.scale.world import World, eyes

Filter = rpc.DemandFilter


@dataclass(frozen=True)
class Case:
    """One call that is made often. `group` is what the requirement names it."""

    group: str
    name: str
    token: str
    method: str
    request: Any


def cases(world: World) -> Iterator[Case]:
    for reader, token in eyes(world.cast).items():
        for name, wanted in _filters(world).items():
            yield Case("list", f"{reader} {name}", token, "ListDemands", rpc.ListDemandsRequest(filter=wanted))
            if not wanted.states:  # which counts ignore
                counting = rpc.CountDemandsRequest(filter=wanted)
                yield Case("counts", f"{reader} {name}", token, "CountDemands", counting)
        for name, text in _texts().items():
            yield Case("search", f"{reader} {name}", token, "ListDemands", rpc.ListDemandsRequest(filter=Filter(text=text)))
        hint = rpc.ListSimilarDemandsRequest(title="关于排污许可证变更和设备的咨询", body=BODY, category_code="eco_env")
        yield Case("similar", f"{reader} title and text", token, "ListSimilarDemands", hint)
    supervisor = eyes(world.cast)["supervisor"]
    for name, wanted in _searches_within().items():
        for reader in ("supervisor", "handler"):
            token = eyes(world.cast)[reader]
            yield Case("search", f"{reader} {name}", token, "ListDemands", rpc.ListDemandsRequest(filter=wanted))
    for name in ("frequent", "rare"):
        counting = rpc.CountDemandsRequest(filter=Filter(text=_texts()[name]))
        yield Case("counts", f"supervisor search {name}", supervisor, "CountDemands", counting)


BODY = "我公司近期在排污许可证变更方面遇到问题。现场使用的设备与合同不一致，请问应当如何处理，有无法律依据？"


def _filters(world: World) -> dict[str, Filter]:
    now = datetime.now(UTC)
    month, week = now - timedelta(days=400), now - timedelta(days=393)
    period = Filter()
    period.submitted_from.FromDatetime(month)
    period.submitted_until.FromDatetime(week)
    return {
        "unfiltered": Filter(),
        "by state": Filter(states=[pb.STATE_HANDLING]),
        "by states": Filter(states=[pb.STATE_TRIAGE, pb.STATE_DISPATCHED, pb.STATE_WITHDRAWN]),
        "by agency": Filter(lead_unit_code="hrss"),
        "by area": Filter(area_code=world.cast.enterprises[0].area),
        "by other area": Filter(area_code=world.cast.enterprises[1].area),
        "by category": Filter(category_code="hrss"),
        "by rare category": Filter(category_code="court"),
        "by area and category": Filter(area_code=world.cast.enterprises[0].area, category_code="court"),
        "overdue": Filter(overdue=True),
        "by period": period,
    }


def _texts() -> dict[str, str]:
    every = brands()
    return {
        "frequent": "材料",
        "frequent pair": "合同 设备",
        "middling": THINGS[60],
        "middling pair": f"{THINGS[40]} 劳动合同",
        "rare": every[400],
        "rare pair": f"{every[60]} {THINGS[30]}",
        "very rare": every[-5],
        "absent": "不存在的词 绝无",
        "title": "排污许可证变更怎么办理",
        "serial": "FH2026-000009",
    }


def _searches_within() -> dict[str, Filter]:
    return {
        "frequent in triage": Filter(text="材料", states=[pb.STATE_TRIAGE]),
        "frequent late": Filter(text="材料", overdue=True),
        "rare withdrawn": Filter(text=brands()[400], states=[pb.STATE_WITHDRAWN]),
        "frequent withdrawn": Filter(text="材料", states=[pb.STATE_WITHDRAWN]),
        "frequent in category": Filter(text="材料", category_code="hrss"),
    }


async def details(world: World) -> list[Case]:
    """The detail and timeline of one demand of the contact's own at the handler's agency, and of any for who sees all."""
    found: list[Case] = []
    for reader, token in eyes(world.cast).items():
        wanted = Filter(states=[pb.STATE_CLOSED])
        answer = await world.call(token, "ListDemands", rpc.ListDemandsRequest(filter=wanted, page_size=100))
        if answer.demands:
            demand_id = answer.demands[-1].id
            found.append(Case("detail", f"{reader} demand", token, "GetDemand", rpc.GetDemandRequest(demand_id=demand_id)))
            timeline = rpc.ListDemandEventsRequest(demand_id=demand_id)
            found.append(Case("detail", f"{reader} timeline", token, "ListDemandEvents", timeline))
    return found
