"""What became of an answer, as messages: look-backs, samples, orders."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import look_back_service_pb2 as rpc
from fahu.dispatch.v1 import supervision_service_pb2 as supervision_rpc

from services.dispatch import rules
from services.dispatch.announcements import stamp
from services.dispatch.models import LookBack, LookBackSample, SupervisionOrder
from services.dispatch.protos import hide_name


def state_of(state: str) -> Any:
    return pb.State.Value(f"STATE_{state}")


def origin_of(origin: str) -> Any:
    return pb.LookBackOrigin.Value(f"LOOK_BACK_ORIGIN_{origin}")


def look_back_of(row: LookBack) -> pb.LookBack:
    return pb.LookBack(
        id=str(row.id),
        round=row.round,
        origin=origin_of(row.origin),
        opened_at=stamp(row.opened_at),
        attempts=row.attempts,
        outcome=pb.LookBackOutcome.Value(f"LOOK_BACK_OUTCOME_{row.outcome}")
        if row.outcome
        else pb.LOOK_BACK_OUTCOME_UNSPECIFIED,
        note=row.note,
        unit_code=row.recorded_unit,
        recorded_at=stamp(row.recorded_at) if row.recorded_at else None,
    )


def look_back_entry_of(row: Any) -> rpc.LookBackEntry:
    look_back: LookBack = row.LookBack
    entry = rpc.LookBackEntry(
        look_back=look_back_of(look_back),
        demand_id=str(look_back.demand_id),
        serial=row.serial,
        title=row.title,
        enterprise_name=row.whose if row.known else "",
        lead_unit_code=row.lead_unit_code,
        state=state_of(row.state),
        due_at=stamp(row.due_at) if row.due_at and not look_back.recorded_at else None,
        version=row.version,
    )
    hide_name(entry, row)
    return entry


def sample_of(row: LookBackSample, strata: Iterable[Any]) -> rpc.Sample:
    """A sample with its strata, worst first."""
    counts = {one.stratum: one for one in strata if one.sample_id == row.id}
    found = [counts[stratum] for stratum in rules.STRATA if stratum in counts]
    return rpc.Sample(
        id=str(row.id),
        since=stamp(row.since),
        until=stamp(row.until),
        share_percent=int(row.share * Decimal(100)),
        seed=row.seed,
        drawn_by=str(row.drawn_by),
        drawn_at=stamp(row.drawn_at),
        strata=[rpc.Stratum(origin=origin_of(o.stratum), population=o.population, drawn=o.drawn) for o in found],
        to_open=sum(one.to_open for one in found),
    )


def candidate_of(row: Any) -> rpc.Candidate:
    one = row.LookBackCandidate
    return rpc.Candidate(demand_id=str(one.demand_id), serial=row.serial, stratum=origin_of(one.stratum), drawn=one.drawn)


def order_of(row: SupervisionOrder) -> pb.SupervisionOrder:
    return pb.SupervisionOrder(
        id=str(row.id),
        level=pb.OrderLevel.Value(f"ORDER_LEVEL_{row.level}"),
        unit_code=row.unit_code,
        text=row.text,
        issued_at=stamp(row.issued_at),
        due_on=row.due_on.isoformat(),
        answer=row.answer,
        answered_at=stamp(row.answered_at) if row.answered_at else None,
        closed_at=stamp(row.closed_at) if row.closed_at else None,
    )


def order_entry_of(row: Any) -> supervision_rpc.OrderEntry:
    order: SupervisionOrder = row.SupervisionOrder
    entry = supervision_rpc.OrderEntry(
        order=order_of(order),
        demand_id=str(order.demand_id),
        serial=row.serial,
        title=row.title,
        state=state_of(row.state),
        version=row.version,
        breached_at=stamp(row.breached_at) if row.breached_at else None,
    )
    hide_name(entry, row)
    return entry
