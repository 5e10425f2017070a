"""How long things may take: the platform's defaults, and what the centre's lead set for agencies and categories."""

from datetime import datetime
from typing import Annotated, Literal

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import term_service_pb2 as pb
from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from services.gateway.auth import CENTRE, AnyRole, Caller, allow
from services.gateway.openapi import tells
from services.gateway.schemas import AnyCode, Asked, Day, Id, In, Out, Whole, written
from services.gateway.texts.terms import TERMS
from services.gateway.words import Words, moment_of

router = APIRouter(prefix="/api/v1", tags=["terms"])
Follower = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR))]
CentreLead = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]
TermWord = Literal[
    "triage",
    "accept",
    "contact",
    "classify",
    "immediate",
    "promise_cap",
    "rework",
    "rating",
    "look_back",
    "approval",
    "info",
    "opinion",
    "revive",
    "report",
    "return_within",
    "extend_before",
    "extensions",
    "info_requests",
    "park_reviews",
    "review_cap_days",
    "reopen_days",
]
TermUnitWord = Literal["workdays", "days", "times"]
UNITS = Words(pb.TermUnit)
RULES = "/term-rules"


class TermQuery(Asked):
    """For whom; whoever is left out stands for any."""

    agency: Annotated[AnyCode, Field(description="部门代码。Code of the agency.")] = ""
    category: Annotated[AnyCode, Field(description="类别代码。Code of the category.")] = ""


class TermOut(Out):
    """一项时限或次数。"""

    term: TermWord
    label: Annotated[str, Field(description="供阅读的名称。What it is called.")]
    value: int
    unit: TermUnitWord
    default: Annotated[int, Field(description="平台默认值；通知未规定天数。The platform's default.")]
    own: Annotated[bool, Field(description="是否另行设定。Whether it was set for this agency or category.")]


class Terms(Out):
    """All that can be set, always in the same order."""

    terms: list[TermOut]


class TermValueIn(In):
    """一项设定。"""

    term: TermWord
    value: Annotated[Whole, Field(ge=0, le=365)]


class TermRuleIn(In):
    """某日起对某部门、某类别的设定；未列出的按默认值。"""

    agency: AnyCode = ""
    category: AnyCode = ""
    valid_from: Annotated[Day | None, Field(description="起始日期，默认今天。First day; today unless given.")] = None
    terms: Annotated[list[TermValueIn], Field(max_length=40)]
    note: Annotated[str, written(1000)]


class TermValueOut(Out):
    """One term of a rule."""

    term: TermWord
    value: int


class TermRuleOut(Out):
    """What was set, by whom and when."""

    id: Id
    agency: Annotated[str | None, Field(description="空为任何部门。Null for any.")]
    category: Annotated[str | None, Field(description="空为任何类别。Null for any.")]
    valid_from: Day
    terms: list[TermValueOut]
    note: str
    made_by: Id
    made_at: datetime


class TermRules(Out):
    """At most 200, those of the latest day first."""

    rules: list[TermRuleOut]


@router.get("/terms", summary="办理时限", openapi_extra=tells())
async def list_terms(query: Annotated[TermQuery, Query()], caller: AnyRole) -> Terms:
    """The terms that hold today for an agency in a category, each with its default."""
    request = pb.ListTermsRequest(unit_code=query.agency, category_code=query.category)
    answer = await caller.clients.terms.ListTerms(request)
    return Terms(terms=[_term(one, caller) for one in answer.terms])


@router.get(RULES, summary="时限的设定", openapi_extra=tells())
async def list_term_rules(caller: Follower) -> TermRules:
    """What was ever set, in force or not."""
    answer = await caller.clients.terms.ListTermRules(pb.ListTermRulesRequest())
    return TermRules(rules=[_rule(one) for one in answer.rules])


@router.post(
    RULES,
    status_code=201,
    summary="设定时限",
    openapi_extra=tells(
        "TERM_INVALID", "TERM_DAY_INVALID", "DAY_INVALID", "UNIT_NOT_AN_AGENCY", "CATEGORY_UNKNOWN", idempotent=True
    ),
)
async def make_term_rule(body: TermRuleIn, caller: CentreLead, response: Response) -> TermRuleOut:
    """Set terms for an agency, a category or both, instead of what was set before. Clocks that run keep their term."""
    request = pb.MakeTermRuleRequest(
        unit_code=body.agency,
        category_code=body.category,
        valid_from=body.valid_from or "",
        terms=[pb.TermValue(name=one.term, value=one.value) for one in body.terms],
        note=body.note,
        request_id=caller.heads.idempotency_key(),
    )
    rule = (await caller.clients.terms.MakeTermRule(request)).rule
    response.headers["location"] = f"/api/v1{RULES}"
    return _rule(rule)


def _term(one: pb.Term, caller: Caller) -> TermOut:
    return TermOut(
        term=one.name,
        label=TERMS[one.name].say(caller.heads.language),
        value=one.value,
        unit=UNITS.of(one.unit),
        default=one.default,
        own=one.own,
    )


def _rule(one: pb.TermRule) -> TermRuleOut:
    return TermRuleOut(
        id=one.id,
        agency=one.unit_code or None,
        category=one.category_code or None,
        valid_from=one.valid_from,
        terms=[TermValueOut(term=value.name, value=value.value) for value in one.terms],
        note=one.note,
        made_by=one.made_by,
        made_at=moment_of(one.made_at),
    )
