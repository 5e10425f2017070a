"""Looking at a demand, deciding what waits, and telling how something was refused."""

from typing import Any

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc

from kit.auth import Actor
from tests.dispatch.conftest import REQUESTS, World, on


async def refused(world: World, actor: Actor, method: str, demand: Any, **fields: Any) -> tuple[str, dict[str, str]]:
    found = await world.refused(actor, method, REQUESTS[method](on=on(demand), **fields))
    return found.reason, found.metadata


async def decide(world: World, actor: Actor, demand: Any, approve: bool, note: str = "") -> Any:
    (pending,) = (await read(world, demand)).approvals
    fields = {"approval_id": pending.id, "approve": approve, "note": note}
    return await world.move(actor, "DecideApproval", await read(world, demand), **fields)


async def read(world: World, demand: Any, actor: Actor | None = None) -> Any:
    request = rpc.GetDemandRequest(demand_id=demand.id)
    return (await world.call(actor or world.centre(), "GetDemand", request)).demand


def clock(demand: Any, kind: pb.ClockKind.ValueType) -> Any:
    return [one for one in demand.clocks if one.kind == kind][-1]


def runs(one: Any) -> bool:
    return not one.HasField("stopped_at") and not one.HasField("paused_at")


async def audience(world: World, demand: Any, kind: Any) -> dict[str, list[str]]:
    query = "SELECT payload FROM outbox WHERE aggregate_id = :id AND type = :type ORDER BY id DESC LIMIT 1"
    ((payload,),) = await world.sql(query, id=demand.id, type=kind.DESCRIPTOR.full_name)
    return {field.name: list(ids) for field, ids in kind.FromString(payload).audience.ListFields()}


async def timeline(world: World, demand: Any) -> Any:
    request = rpc.ListDemandEventsRequest(demand_id=demand.id)
    return (await world.call(world.enterprise.actor(), "ListDemandEvents", request)).events
