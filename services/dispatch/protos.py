"""From rows to messages and back, for the gRPC edge."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from google.protobuf.message import Message

from kit.auth import Actor
from kit.idempotency import fingerprint
from services.dispatch import errors, rules
from services.dispatch.announcements import stamp
from services.dispatch.models import DemandClock, DemandDisposition, DemandEvent, DemandRating, DemandReply
from services.dispatch.queries import access
from services.dispatch.queries.demands import Filter
from services.dispatch.queries.similar import Written
from services.dispatch.service.demands import Answer, Precondition
from services.dispatch.service.intake import MINI_PROGRAM, Draft

Fields = dict[str, Any]


def _enum(kind: Any, prefix: str, value: str | None) -> Any:
    return kind.Value(f"{prefix}_{value}") if value else 0


def name_of(kind: Any, prefix: str, value: int) -> str:
    """The name an enum value has in our own enums and columns."""
    return str(kind.Name(value)).removeprefix(f"{prefix}_")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def demand_of(row: Fields, lead_unit_name: str, clocks: Iterable[Fields]) -> pb.Demand:
    """A demand from the columns of its table. Columns that a list leaves out stay empty."""
    return pb.Demand(
        id=str(row["id"]),
        serial=row["serial"],
        kind=_enum(pb.DemandKind, "DEMAND_KIND", row["kind"]),
        category_code=row["category_code"],
        title=row["title"],
        body=row.get("body", ""),
        channel=_enum(pb.Channel, "CHANNEL", row["channel"]),
        enterprise_id=str(row["enterprise_id"]),
        enterprise_name=row["enterprise_name"],
        area_code=row["area_code"],
        year=row["year"],
        state=_enum(pb.State, "STATE", row["state"]),
        round=row["round"],
        lead_unit_code=row["lead_unit_code"],
        lead_unit_name=lead_unit_name,
        triage_reason=_enum(pb.TriageReason, "TRIAGE_REASON", row["triage_reason"]),
        disposition=_disposition_in_short(row),
        clocks=[clock_of(clock) for clock in clocks],
        rating_expired=row["rating_expired"],
        submitted_at=stamp(row["submitted_at"]),
        updated_at=stamp(row["updated_at"]),
        closed_at=stamp(row["closed_at"]) if row["closed_at"] else None,
        version=row["version"],
        submitted_by=str(row["submitted_by"]),
        submitted_for_by_unit=row["submitted_for_by_unit"],
    )


def _disposition_in_short(row: Fields) -> pb.Disposition | None:
    if not row["disposition"]:
        return None
    kind = _enum(pb.DispositionKind, "DISPOSITION_KIND", row["disposition"])
    return pb.Disposition(kind=kind, promised_on=_day(row["promised_on"]), review_on=_day(row["review_on"]))


def clock_of(clock: Fields) -> pb.Clock:
    """A clock from the columns of its table."""
    return pb.Clock(
        kind=_enum(pb.ClockKind, "CLOCK_KIND", clock["kind"]),
        started_at=stamp(clock["started_at"]),
        due_at=stamp(clock["due_at"]),
        stopped_at=stamp(clock["stopped_at"]) if clock.get("stopped_at") else None,
        breached_at=stamp(clock["breached_at"]) if clock.get("breached_at") else None,
        provisional=clock["provisional"],
    )


def columns_of(row: DemandClock) -> Fields:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def disposition_of(row: DemandDisposition) -> pb.Disposition:
    return pb.Disposition(
        kind=_enum(pb.DispositionKind, "DISPOSITION_KIND", row.kind),
        explanation=row.explanation,
        promised_on=_day(row.promised_on),
        condition_tags=row.condition_tags,
        review_on=_day(row.review_on),
        set_at=stamp(row.set_at),
    )


def reply_of(row: DemandReply) -> pb.Reply:
    return pb.Reply(
        id=str(row.id),
        round=row.round,
        kind=_enum(pb.ReplyKind, "REPLY_KIND", row.kind),
        conclusion=row.conclusion,
        legal_basis=row.legal_basis,
        next_steps=row.next_steps,
        claim=_enum(pb.Claim, "CLAIM", row.claim),
        unit_code=row.unit_code,
        replied_at=stamp(row.replied_at),
    )


def rating_of(row: DemandRating) -> pb.Rating:
    solved = _enum(pb.Solved, "SOLVED", row.solved)
    return pb.Rating(satisfaction=row.satisfaction, solved=solved, comment=row.comment, rated_at=stamp(row.rated_at))


INTERNAL_LINES = frozenset({"dispatched"})  # their text is a note between staff


def line_of(row: DemandEvent, actor: Actor) -> pb.DemandEvent:
    """One line of the timeline, with what this caller may read of it."""
    for_enterprise = actor.roles <= {int(Role.ROLE_LIAISON), int(Role.ROLE_AREA_OFFICER)}
    return pb.DemandEvent(
        sequence=row.sequence,
        type=row.type,
        state=_enum(pb.State, "STATE", row.state),
        at=stamp(row.at),
        person_id=str(row.person_id or ""),
        unit_code=row.unit_code,
        lead_unit_code=row.lead_unit_code,
        text="" if for_enterprise and row.type in INTERNAL_LINES else row.text,
        promised_on=str(row.changes.get("promised_on") or ""),
        asked_by_agency=row.asked_by_agency and actor.has(*access.ALL_SEEING),
    )


def draft_of(request: rpc.SubmitDemandRequest) -> Draft:
    return Draft(
        kind=name_of(pb.DemandKind, "DEMAND_KIND", request.kind),
        category_code=request.category_code,
        title=request.title,
        body=request.body,
        channel=name_of(pb.Channel, "CHANNEL", request.channel) if request.channel else MINI_PROGRAM,
        enterprise_id=UUID(request.enterprise_id) if request.enterprise_id else None,
    )


def precondition_of(on: rpc.Precondition, request: Message) -> Precondition:
    return Precondition(UUID(on.demand_id), on.expected_version, on.request_id, fingerprint(request))


def plan_of(request: rpc.SetDispositionRequest) -> rules.Plan:
    return rules.Plan(
        kind=rules.Disposition(name_of(pb.DispositionKind, "DISPOSITION_KIND", request.kind)),
        explanation=request.explanation.strip(),
        promised_on=rules.read_day(request.promised_on, "promised_on"),
        condition_tags=tuple(tag.strip() for tag in request.condition_tags),
        review_on=rules.read_day(request.review_on, "review_on"),
    )


def answer_of(request: rpc.ReplyDemandRequest) -> Answer:
    return Answer(
        kind=rules.ReplyKind(name_of(pb.ReplyKind, "REPLY_KIND", request.kind)),
        conclusion=request.conclusion.strip(),
        legal_basis=request.legal_basis.strip(),
        next_steps=request.next_steps.strip(),
        claim=name_of(pb.Claim, "CLAIM", request.claim),
    )


def filter_of(wanted: rpc.DemandFilter) -> Filter:
    return Filter(
        states=tuple(rules.State(name_of(pb.State, "STATE", state)) for state in wanted.states),
        lead_unit_code=wanted.lead_unit_code,
        area_code=wanted.area_code,
        category_code=wanted.category_code,
        submitted_from=_moment(wanted, "submitted_from"),
        submitted_until=_moment(wanted, "submitted_until"),
        text=wanted.text,
        overdue=wanted.overdue,
    )


def written_of(request: rpc.ListSimilarDemandsRequest) -> Written:
    return Written(
        title=request.title,
        body=request.body,
        category_code=request.category_code,
        enterprise_id=UUID(request.enterprise_id) if request.enterprise_id else None,
    )


def _moment(wanted: rpc.DemandFilter, name: str) -> datetime | None:
    if not wanted.HasField(name):  # type: ignore[arg-type]
        return None
    stamped: Any = getattr(wanted, name)
    try:
        moment: datetime = stamped.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:  # the wire has room for moments that no calendar has
        raise errors.DayInvalid(field=name) from error
    return moment


def counts_of(counts: dict[rules.State, int]) -> Sequence[rpc.StateCount]:
    return [rpc.StateCount(state=_enum(pb.State, "STATE", state), count=number) for state, number in counts.items()]
