"""A demand as the API shows it, to a contact or to staff, in Chinese or English.

Typed dictionaries, not models: demands are what the door hands out most, and are written to JSON without a second look.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from fahu.dispatch.v1 import demand_pb2 as pb
from pydantic import Field
from pydantic_core import to_json
from starlette.responses import Response
from typing_extensions import TypedDict

from services.gateway.auth import Caller
from services.gateway.headers import etag_of
from services.gateway.routes.demand_parts import PARTIES, Parts, PartyWord, parts_of
from services.gateway.routes.demand_status import due_of, status_of
from services.gateway.schemas import Day, Id
from services.gateway.texts.demands import UNNAMED_ENTERPRISE
from services.gateway.words import Words, moment, moment_of

Kind = Literal["demand", "suggestion"]
ChannelWord = Literal["mini_program", "phone", "on_site"]
StateWord = Literal[
    "submitted",
    "triage",
    "dispatched",
    "accepted",
    "handling",
    "parked",
    "replied",
    "closed",
    "withdrawn",
    "return_review",
    "awaiting_enterprise",
]
DispositionWord = Literal["immediate", "time_bound", "reference"]
ReplyWord = Literal["answer", "direct", "guidance", "infeasible"]
ClaimWord = Literal["solved", "partly", "explained"]
SolvedWord = Literal["yes", "partly", "no"]
ClockWord = Literal[
    "triage",
    "accept",
    "contact",
    "classify",
    "handle",
    "park_review",
    "rating",
    "look_back",
    "approval",
    "info",
    "opinion",
    "order",
    "total",
    "report",
]
TriageWord = Literal["unsure", "no_single_lead", "no_contact", "conflict", "judicial", "returned", "reopened"]

KINDS, CHANNELS, STATES = Words(pb.DemandKind), Words(pb.Channel), Words(pb.State)
DISPOSITIONS, REPLIES, CLAIMS = Words(pb.DispositionKind), Words(pb.ReplyKind), Words(pb.Claim)
SOLVED, CLOCKS, TRIAGE_REASONS = Words(pb.Solved), Words(pb.ClockKind), Words(pb.TriageReason)


class ClockOut(TypedDict):
    """A term that runs, or ran."""

    kind: ClockWord
    ref: Annotated[
        str | None, Field(description="协办部门代码，或申请、督办单的编号。The unit, request or order it is about.")
    ]
    holder: Annotated[PartyWord | None, Field(description="由谁完成。Who is to act.")]
    round: int
    started_at: datetime
    due_at: Annotated[datetime | None, Field(description="总时长没有时限。None for the time in all.")]
    first_due_at: Annotated[datetime | None, Field(description="最初的时限，延期后不变。As it was at first.")]
    paused_at: Annotated[datetime | None, Field(description="暂停计时起。Since when it stands still.")]
    stopped_at: datetime | None
    breached_at: datetime | None
    provisional: Annotated[
        bool, Field(description="节假日安排尚未公布，日期可能调整。True while holidays are not published.")
    ]
    day_off: Annotated[
        bool, Field(description="所定日期后来公布为休息日，日期不变。The day named turned out to be a free one.")
    ]


class DispositionOut(TypedDict):
    """即行即办、限时办理或留作参考。"""

    kind: DispositionWord
    explanation: str
    promised_on: Day | None
    condition_tags: list[str]
    review_on: Day | None
    set_at: datetime | None


class ReplyOut(TypedDict):
    """答复：结论、法律依据、下一步。"""

    id: Id
    round: int
    kind: ReplyWord
    conclusion: str
    legal_basis: str
    next_steps: str
    claim: ClaimWord
    unit_code: str
    replied_at: datetime


class RatingOut(TypedDict):
    """企业的评价：是否解决与是否满意分开问。"""

    satisfaction: Annotated[int, Field(ge=1, le=5)]
    solved: SolvedWord
    comment: str
    rated_at: datetime
    excluded: Annotated[bool, Field(description="经申诉裁定不计入考核。Not counted, by the ruling.")]
    ruling: Annotated[str | None, Field(description="对部门申诉的裁定。The ruling on the agency's appeal.")]


class DemandLine(TypedDict):
    """One demand in a list."""

    id: Id
    serial: Annotated[str, Field(description="编号，供口头引用。The number people quote.")]
    kind: Kind
    category_code: str
    title: str
    channel: ChannelWord
    enterprise_id: Annotated[Id | None, Field(description="企业隐去身份时，部门看不到。Null to agencies if shielded.")]
    enterprise_name: Annotated[str, Field(description="隐去身份时为“某联系点企业”。“A liaison enterprise” if shielded.")]
    area_code: Annotated[str | None, Field(description="企业隐去身份时，部门看不到。Null to agencies if shielded.")]
    year: int
    state: StateWord
    status_text: Annotated[
        str,
        Field(description="由谁在办、从何时到何时、下一步、找谁；措辞因人而异。Who holds it, since, until when, what next."),
    ]
    holder: Annotated[PartyWord | None, Field(description="由谁持有；办结、撤回后为空。Null once it is over.")]
    held_since: datetime | None
    due_at: Annotated[datetime | None, Field(description="当前状态的时限。When the clock of the present state is due.")]
    round: int
    lead_unit_code: str | None
    lead_unit_name: str | None
    triage_reason: TriageWord | None
    disposition: DispositionOut | None
    rating: RatingOut | None
    clocks: list[ClockOut]
    rating_expired: bool
    submitted_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    version: Annotated[int, Field(description="版本，即 ETag。The ETag.")]
    submitted_by: Id | None
    submitted_for_by_unit: str | None


class DemandOut(DemandLine, Parts):
    """One demand, whole."""

    body: str
    reply: ReplyOut | None


def demand_line(demand: pb.Demand, caller: Caller) -> DemandLine:
    """One demand in a list."""
    chosen = _disposition(demand.disposition) if demand.HasField("disposition") else None
    state = STATES.of(demand.state)
    due = due_of(demand)
    return DemandLine(
        id=demand.id,
        serial=demand.serial,
        kind=KINDS.of(demand.kind),
        category_code=demand.category_code,
        title=demand.title,
        channel=CHANNELS.of(demand.channel),
        enterprise_id=demand.enterprise_id or None,
        enterprise_name=demand.enterprise_name or UNNAMED_ENTERPRISE.say(caller.heads.language),
        area_code=demand.area_code or None,
        year=demand.year,
        state=state,
        status_text=status_of(demand, state, chosen["kind"] if chosen else "", due, caller),
        holder=PARTIES.of(demand.holder),
        held_since=moment(demand, "held_since"),
        due_at=due,
        round=demand.round,
        lead_unit_code=demand.lead_unit_code or None,
        lead_unit_name=demand.lead_unit_name or None,
        triage_reason=TRIAGE_REASONS.of(demand.triage_reason),
        disposition=chosen,
        rating=_rating(demand.rating) if demand.HasField("rating") else None,
        clocks=[_clock(clock) for clock in demand.clocks],
        rating_expired=demand.rating_expired,
        submitted_at=moment_of(demand.submitted_at),
        updated_at=moment_of(demand.updated_at),
        closed_at=moment(demand, "closed_at"),
        version=demand.version,
        submitted_by=demand.submitted_by or None,
        submitted_for_by_unit=demand.submitted_for_by_unit or None,
    )


def demand_out(demand: pb.Demand, caller: Caller) -> DemandOut:
    """One demand, whole."""
    reply = _reply(demand.reply) if demand.HasField("reply") else None
    parts = parts_of(demand, enterprise=caller.of_enterprise)
    return DemandOut(body=demand.body, reply=reply, **demand_line(demand, caller), **parts)


def json_answer(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer that is written as it is."""
    return Response(to_json(content), status, headers, "application/json")


def demand_answer(demand: pb.Demand, caller: Caller, status: int = 200) -> Response:
    """One demand with its ETag."""
    headers = {"etag": etag_of(demand.version), "cache-control": "private, no-cache", "vary": "Accept-Language"}
    if status == 201:
        headers["location"] = f"/api/v1/demands/{demand.id}"
    return json_answer(demand_out(demand, caller), status, headers)


def _clock(clock: pb.Clock) -> ClockOut:
    return ClockOut(
        kind=CLOCKS.of(clock.kind),
        ref=clock.ref or None,
        holder=PARTIES.of(clock.holder),
        round=clock.round,
        started_at=moment_of(clock.started_at),
        due_at=moment(clock, "due_at"),
        first_due_at=moment(clock, "first_due_at"),
        paused_at=moment(clock, "paused_at"),
        stopped_at=moment(clock, "stopped_at"),
        breached_at=moment(clock, "breached_at"),
        provisional=clock.provisional,
        day_off=clock.day_off,
    )


def _disposition(chosen: pb.Disposition) -> DispositionOut:
    return DispositionOut(
        kind=DISPOSITIONS.of(chosen.kind),
        explanation=chosen.explanation,
        promised_on=chosen.promised_on or None,
        condition_tags=list(chosen.condition_tags),
        review_on=chosen.review_on or None,
        set_at=moment(chosen, "set_at"),
    )


def _reply(reply: pb.Reply) -> ReplyOut:
    return ReplyOut(
        id=reply.id,
        round=reply.round,
        kind=REPLIES.of(reply.kind),
        conclusion=reply.conclusion,
        legal_basis=reply.legal_basis,
        next_steps=reply.next_steps,
        claim=CLAIMS.of(reply.claim),
        unit_code=reply.unit_code,
        replied_at=moment_of(reply.replied_at),
    )


def _rating(rating: pb.Rating) -> RatingOut:
    return RatingOut(
        satisfaction=rating.satisfaction,
        solved=SOLVED.of(rating.solved),
        comment=rating.comment,
        rated_at=moment_of(rating.rated_at),
        excluded=rating.excluded,
        ruling=rating.ruling or None,
    )
