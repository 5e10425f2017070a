"""Whether an answer held: look-backs (回头看), their samples, and demands opened again."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as enums
from fahu.dispatch.v1 import dispatch_service_pb2 as base
from fahu.dispatch.v1 import look_back_service_pb2 as pb
from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, LiaisonCaller, allow
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import STATES, DemandOut, StateWord, demand_answer
from services.gateway.schemas import Id, In, Moment, NextPageToken, Out, Page, Percent, remark, written
from services.gateway.texts.demands import UNNAMED_ENTERPRISE
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["oversight"])
Overseer = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR))]
Drawer = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD, Role.ROLE_SUPERVISOR))]
OriginWord = Literal["bad_rating", "withdrawn", "parked", "overdue", "rest", "own_motion"]
OutcomeWord = Literal["solved", "partly", "unsolved", "relapsed", "unreachable"]
ORIGINS, OUTCOMES = Words(enums.LookBackOrigin), Words(enums.LookBackOutcome)
DEMAND, SAMPLES = "/demands/{demand_id}", "/look-back-samples"


def told(*reasons: str) -> dict[str, object]:
    """What a change of a demand may be refused for."""
    return tells("DEMAND_NOT_FOUND", "DEMAND_WRONG_STATE", *reasons, idempotent=True, versioned=True, etag=True)


def on(demand_id: UUID, caller: Caller) -> base.Precondition:
    """Which demand, as the caller saw it."""
    version, key = caller.heads.version(), caller.heads.idempotency_key()
    return base.Precondition(demand_id=str(demand_id), expected_version=version, request_id=key)


class LookBackIn(In):
    """为什么要回头看。"""

    reason: Annotated[str, written(500)]


class FindingIn(In):
    """核实的结果和经过；企业看不到经过。"""

    outcome: OutcomeWord
    note: Annotated[str, written(2000)]


class ReopeningIn(In):
    """新的情况。"""

    new_facts: Annotated[str, written(2000)]


class LookBackQuery(Page):
    """Open ones, or those recorded."""

    recorded: Annotated[bool, Field(description="已有结果的；否则待办的。Recorded ones, else those open.")] = False
    origin: Annotated[OriginWord | None, Field(description="缘由。What called for it.")] = None


class LookBackListed(Out):
    """一次回头看及其需求。"""

    id: Id
    demand_id: Id
    serial: str
    title: str
    enterprise_name: str
    lead_unit_code: str | None
    state: StateWord
    version: Annotated[int, Field(description="需求的版本，作 If-Match。The demand's version, for If-Match.")]
    round: int
    origin: OriginWord
    opened_at: datetime
    due_at: datetime | None
    attempts: Annotated[int, Field(description="联系不上的次数。How often nobody was reached.")]
    outcome: OutcomeWord | None
    note: str
    unit_code: Annotated[str | None, Field(description="由哪个单位核实。Unit of who recorded it.")]
    recorded_at: datetime | None


class LookBackPage(Out):
    """Look-backs, newest first."""

    look_backs: list[LookBackListed]
    next_page_token: NextPageToken


class SampleIn(In):
    """从哪段时间办结、撤回和留作参考的需求中抽取；其余需求按比例抽签。"""

    since: Annotated[Moment, Field(strict=False, description="不早于。At or after.")]
    until: Annotated[Moment, Field(strict=False, description="早于，不晚于现在，最长 366 天。Before; at most 366 days.")]
    share_percent: Annotated[Percent, Field(description="其余需求抽取的百分比。Of the rest, per cent.")]
    seed: Annotated[str, remark(64), Field(description="抽签种子；空则由平台生成。Made by the platform if empty.")] = ""


class StratumOut(Out):
    """一类需求：总数和抽取数。"""

    origin: OriginWord
    population: int
    drawn: int


class SampleOut(Out):
    """一次抽样。凭种子、比例和总体名单，任何人都能重新抽取并核对。"""

    id: Id
    since: datetime
    until: datetime
    share_percent: int
    seed: str
    drawn_by: Id
    drawn_at: datetime
    strata: list[StratumOut]
    to_open: Annotated[int, Field(description="尚待建立的回头看。Look-backs still to be opened.")]


class CandidateOut(Out):
    """总体中的一条需求。"""

    demand_id: Id
    serial: str
    stratum: OriginWord
    drawn: bool


class SampleWhole(SampleOut):
    """A sample with one page of what it was drawn from."""

    candidates: list[CandidateOut]
    next_page_token: NextPageToken


class SamplePage(Out):
    """Samples, newest first."""

    samples: list[SampleOut]
    next_page_token: NextPageToken


class RedrawnOut(Out):
    """重新抽取的结果。"""

    same: Annotated[bool, Field(description="与当时抽取的完全一致。True if the very same are drawn.")]
    drawn: int
    redrawn: int
    different: list[Id]


@router.post(f"{DEMAND}/look-back", response_model=DemandOut, summary="发起回头看", openapi_extra=told("LOOK_BACK_OPEN"))
async def open_look_back(demand_id: UUID, body: LookBackIn, caller: Overseer) -> Response:
    """Have somebody look back on a demand, of one's own motion."""
    request = pb.OpenLookBackRequest(on=on(demand_id, caller), reason=body.reason)
    return demand_answer((await caller.clients.look_backs.OpenLookBack(request)).demand, caller)


@router.post(
    f"{DEMAND}/look-back-record",
    response_model=DemandOut,
    summary="记录回头看结果",
    openapi_extra=told("LOOK_BACK_NOT_FOUND", "LOOK_BACK_BY_REPLIER"),
)
async def record_look_back(demand_id: UUID, body: FindingIn, caller: Overseer) -> Response:
    """Write down what was found; never by who replied. Unsolved or relapsed, it is handled again."""
    request = pb.RecordLookBackRequest(on=on(demand_id, caller), outcome=OUTCOMES.number(body.outcome), note=body.note)
    return demand_answer((await caller.clients.look_backs.RecordLookBack(request)).demand, caller)


@router.post(f"{DEMAND}/reopen", response_model=DemandOut, summary="重新提起", openapi_extra=told("REOPEN_TOO_LATE"))
async def reopen_demand(demand_id: UUID, body: ReopeningIn, caller: LiaisonCaller) -> Response:
    """Have a closed demand opened again, with new facts, within 30 days."""
    request = pb.ReopenDemandRequest(on=on(demand_id, caller), new_facts=body.new_facts)
    return demand_answer((await caller.clients.look_backs.ReopenDemand(request)).demand, caller)


@router.get("/look-backs", summary="回头看清单", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_look_backs(query: Annotated[LookBackQuery, Query()], caller: Overseer) -> LookBackPage:
    """Look-backs to be done, or done, newest first."""
    request = pb.ListLookBacksRequest(
        recorded=query.recorded,
        origin=ORIGINS.number(query.origin),
        page_size=query.page_size,
        page_token=query.page_token,
    )
    answer = await caller.clients.look_backs.ListLookBacks(request)
    return LookBackPage(
        look_backs=[_listed(one, caller) for one in answer.look_backs], next_page_token=answer.next_page_token
    )


def _listed(one: pb.LookBackEntry, caller: Caller) -> LookBackListed:
    found = one.look_back
    return LookBackListed(
        id=found.id,
        demand_id=one.demand_id,
        serial=one.serial,
        title=one.title,
        enterprise_name=one.enterprise_name or UNNAMED_ENTERPRISE.say(caller.heads.language),
        lead_unit_code=one.lead_unit_code or None,
        state=STATES.of(one.state),
        version=one.version,
        round=found.round,
        origin=ORIGINS.of(found.origin),
        opened_at=moment_of(found.opened_at),
        due_at=moment(one, "due_at"),
        attempts=found.attempts,
        outcome=OUTCOMES.of(found.outcome),
        note=found.note,
        unit_code=found.unit_code or None,
        recorded_at=moment(found, "recorded_at"),
    )


@router.post(SAMPLES, status_code=201, summary="抽取回头看样本", openapi_extra=tells(idempotent=True))
async def draw_sample(body: SampleIn, caller: Drawer, response: Response) -> SampleOut:
    """Draw a sample and open its look-backs. A retry with the same key opens what is left, and draws nothing anew."""
    key = caller.heads.idempotency_key()
    request = pb.DrawSampleRequest(share_percent=body.share_percent, seed=body.seed, request_id=key)
    request.since.FromDatetime(body.since)
    request.until.FromDatetime(body.until)
    sample = (await caller.clients.look_backs.DrawSample(request)).sample
    response.headers["location"] = f"/api/v1{SAMPLES}/{sample.id}"
    return SampleOut(**_sample(sample))


@router.get(SAMPLES, summary="回头看样本", openapi_extra=tells("PAGE_TOKEN_INVALID"))
async def list_samples(query: Annotated[Page, Query()], caller: Overseer) -> SamplePage:
    """Samples, newest first."""
    request = pb.ListSamplesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await caller.clients.look_backs.ListSamples(request)
    found = [SampleOut(**_sample(one)) for one in answer.samples]
    return SamplePage(samples=found, next_page_token=answer.next_page_token)


@router.get(
    f"{SAMPLES}/{{sample_id}}", summary="样本及其总体", openapi_extra=tells("SAMPLE_NOT_FOUND", "PAGE_TOKEN_INVALID")
)
async def get_sample(sample_id: UUID, query: Annotated[Page, Query()], caller: Overseer) -> SampleWhole:
    """A sample with what it was drawn from, a page at a time."""
    request = pb.GetSampleRequest(sample_id=str(sample_id), page_size=query.page_size, page_token=query.page_token)
    answer = await caller.clients.look_backs.GetSample(request)
    found = [
        CandidateOut(demand_id=one.demand_id, serial=one.serial, stratum=ORIGINS.of(one.stratum), drawn=one.drawn)
        for one in answer.candidates
    ]
    return SampleWhole(candidates=found, next_page_token=answer.next_page_token, **_sample(answer.sample))


@router.get(f"{SAMPLES}/{{sample_id}}/redraw", summary="重新抽取核对", openapi_extra=tells("SAMPLE_NOT_FOUND"))
async def redraw_sample(sample_id: UUID, caller: Overseer) -> RedrawnOut:
    """Draw again from the same population, seed and share. Changes nothing."""
    answer = await caller.clients.look_backs.RedrawSample(pb.RedrawSampleRequest(sample_id=str(sample_id)))
    return RedrawnOut(same=answer.same, drawn=answer.drawn, redrawn=answer.redrawn, different=list(answer.different))


def _sample(sample: pb.Sample) -> dict[str, object]:
    strata = [StratumOut(origin=ORIGINS.of(one.origin), population=one.population, drawn=one.drawn) for one in sample.strata]
    return {
        "id": sample.id,
        "since": moment_of(sample.since),
        "until": moment_of(sample.until),
        "share_percent": sample.share_percent,
        "seed": sample.seed,
        "drawn_by": sample.drawn_by,
        "drawn_at": moment_of(sample.drawn_at),
        "strata": strata,
        "to_open": sample.to_open,
    }
