"""The demand loop through the real edge: who may do what when, what it says, and what it leaves behind."""

from datetime import timedelta

from fahu.dispatch.v1 import demand_pb2 as pb

from tests.dispatch.conftest import World


def promised_day(world: World, workdays: int = 3) -> str:
    from datetime import UTC, datetime

    due = world.course.calendar.add_workdays(datetime.now(UTC), workdays)
    return str(world.course.calendar.day_of(due.at))


async def test_a_clear_demand_goes_to_its_agency_and_through_to_the_end(world: World) -> None:
    demand = await world.submit()
    assert (demand.state, demand.lead_unit_code, demand.version) == (pb.STATE_DISPATCHED, "hrss", 2)
    demand = await world.move(world.agency(), "AcceptDemand", demand)
    plan = {"kind": pb.DISPOSITION_KIND_TIME_BOUND, "promised_on": promised_day(world)}
    demand = await world.move(world.agency(), "SetDisposition", demand, **plan)
    assert demand.disposition.promised_on == plan["promised_on"]
    reply = {
        "kind": pb.REPLY_KIND_ANSWER,
        "conclusion": "按工作年限每满一年支付一个月工资。",
        "legal_basis": "《劳动合同法》第四十七条",
        "next_steps": "提前三十日书面通知员工。",
        "claim": pb.CLAIM_SOLVED,
    }
    demand = await world.move(world.agency(), "ReplyDemand", demand, **reply)
    (asked,) = demand.approvals
    assert (demand.state, asked.stage, asked.text) == (pb.STATE_HANDLING, pb.PARTY_AGENCY_LEAD, reply["conclusion"])
    demand = await world.move(world.leader(), "DecideApproval", demand, approval_id=asked.id, approve=True)
    demand = await world.move(
        world.enterprise.actor(), "RateDemand", demand, satisfaction=5, solved=pb.SOLVED_YES, comment="很清楚"
    )
    assert demand.state == pb.STATE_CLOSED
    assert demand.rating.satisfaction == 5
    assert await world.events(demand.id) == [
        "DemandDispatched",
        "DemandAccepted",
        "DemandDispositionSet",
        "DemandApprovalRequested",
        "DemandReplied",
        "DemandRated",
        "DemandClosed",
    ]
    assert all(clock.HasField("stopped_at") for clock in demand.clocks)
    assert timedelta(0) < demand.closed_at.ToDatetime() - demand.submitted_at.ToDatetime() < timedelta(minutes=1)
