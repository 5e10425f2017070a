"""What a demand's status says to this caller: which clock counts now, and what the caller is to the demand."""

from datetime import datetime

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb

from services.gateway.auth import CENTRE, Caller
from services.gateway.texts.status import Reader, Standing, status_text
from services.gateway.words import moment, moment_of

# The clock that counts in each state. Others may run beside it: of a first contact, an opinion, a request, an order.
COUNTS: dict[int, int] = {
    pb.STATE_TRIAGE: pb.CLOCK_KIND_TRIAGE,
    pb.STATE_DISPATCHED: pb.CLOCK_KIND_ACCEPT,
    pb.STATE_ACCEPTED: pb.CLOCK_KIND_CLASSIFY,
    pb.STATE_HANDLING: pb.CLOCK_KIND_HANDLE,
    pb.STATE_AWAITING_ENTERPRISE: pb.CLOCK_KIND_INFO,
    pb.STATE_PARKED: pb.CLOCK_KIND_PARK_REVIEW,
    pb.STATE_REPLIED: pb.CLOCK_KIND_RATING,
    pb.STATE_RETURN_REVIEW: pb.CLOCK_KIND_APPROVAL,
}
OF_AGENCY = {
    Role.ROLE_AGENCY_HANDLER: Reader.HANDLER,
    Role.ROLE_AGENCY_CONTACT: Reader.CONTACT,
    Role.ROLE_AGENCY_LEAD: Reader.LEAD,
}


DECIDERS = {pb.PARTY_AGENCY_LEAD: Reader.LEAD, pb.PARTY_CENTRE: Reader.CENTRE}
ASKING = frozenset({pb.STATE_ACCEPTED, pb.STATE_HANDLING, pb.STATE_PARKED})


def _counting(demand: pb.Demand) -> pb.Clock | None:
    return _running(demand, pb.CLOCK_KIND_LOOK_BACK if _by_centre(demand) else COUNTS.get(demand.state))


def _running(demand: pb.Demand, kind: int | None) -> pb.Clock | None:
    return next((clock for clock in demand.clocks if clock.kind == kind and not clock.HasField("stopped_at")), None)


def due_of(demand: pb.Demand) -> datetime | None:
    """When the clock that counts now is due; None if there is none, or it has no end."""
    counting = _counting(demand)
    return moment(counting, "due_at") if counting else None


def status_of(demand: pb.Demand, state: str, disposition: str, due: datetime | None, caller: Caller) -> str:
    """The status of a demand in words."""
    counting = _counting(demand)
    asked = _running(demand, pb.CLOCK_KIND_APPROVAL) if demand.state in ASKING else None
    decision = moment(asked, "due_at") if asked else None
    closed = demand.closed_at if demand.HasField("closed_at") else demand.updated_at
    standing = Standing(
        state=state,
        since=moment_of(demand.held_since if demand.HasField("held_since") else closed).date(),
        due=due.date() if due else None,
        disposition=disposition,
        unit=demand.lead_unit_name,
        by_centre=_by_centre(demand),
        shielded=demand.shielded,
        decider=DECIDERS.get(asked.holder) if asked else None,
        decision_due=decision.date() if decision else None,
        paused=counting is not None and counting.HasField("paused_at"),
    )
    return status_text(standing, reader_of(demand, caller), caller.heads.language)


def reader_of(demand: pb.Demand, caller: Caller) -> Reader:
    """What the caller is to this demand; of several, what gives them most to do with it."""
    if caller.of_enterprise:
        return Reader.ENTERPRISE
    actor = caller.actor
    if demand.lead_unit_code and actor.unit_code == demand.lead_unit_code:
        found = next((reader for role, reader in OF_AGENCY.items() if actor.has(role)), None)
        if found:
            return found
    if actor.has(*CENTRE):
        return Reader.CENTRE
    if actor.has(Role.ROLE_SUPERVISOR):
        return Reader.SUPERVISOR
    return Reader.CO_HANDLER if actor.has(*OF_AGENCY) else Reader.AREA


def _by_centre(demand: pb.Demand) -> bool:
    return demand.state == pb.STATE_REPLIED and demand.holder == pb.PARTY_CENTRE
