"""Where categories lead, and what granted returns suggest about it (notice 三（三）2: 类别对应相关区级机关单位)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import routing_service_pb2 as pb
from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.responses import Response

from services.gateway.auth import CENTRE, Caller, allow
from services.gateway.headers import etag_of
from services.gateway.openapi import tells
from services.gateway.routes.demand_schemas import json_answer
from services.gateway.schemas import NO_NUL, UNIQUE, Code, Id, In, Out
from services.gateway.words import Words, moment, moment_of

router = APIRouter(prefix="/api/v1", tags=["routing"])
Follower = Annotated[Caller, Depends(allow(*CENTRE, Role.ROLE_SUPERVISOR))]
CentreLead = Annotated[Caller, Depends(allow(Role.ROLE_CENTRE_LEAD))]
CategoryCode = Annotated[str, Path(min_length=1, max_length=40, pattern=NO_NUL)]
RoutingDecisionWord = Literal["adopted", "dismissed"]
DECISIONS = Words(pb.RoutingDecision)


class RoutingRuleIn(In):
    """该类别对应的部门；没有或不止一个，则由区综治中心研判。"""

    unit_codes: Annotated[list[Code], Field(max_length=9, json_schema_extra=UNIQUE)]


class RoutingDecisionIn(In):
    """采纳或不采纳。"""

    decision: RoutingDecisionWord


class RoutingRuleOut(Out):
    """一个类别对应的部门。"""

    category_code: str
    category_name: str
    unit_codes: list[str]
    version: Annotated[int, Field(description="版本，即 If-Match。For If-Match.")]
    changed_by: Id | None
    changed_at: datetime | None


class RoutingRules(Out):
    """In the order of the categories."""

    rules: list[RoutingRuleOut]


class RoutingSuggestionOut(Out):
    """由退单得出的建议：该类别改由另一部门承办。"""

    id: Id
    category_code: str
    from_unit_code: str
    to_unit_code: str
    created_at: datetime
    demand_id: Id
    serial: str
    decision: RoutingDecisionWord | None
    decided_by: Id | None
    decided_at: datetime | None


class RoutingSuggestions(Out):
    """At most 200 that nobody has decided, oldest first."""

    suggestions: list[RoutingSuggestionOut]


@router.get("/routing-rules", summary="类别与部门的对应", openapi_extra=tells())
async def list_routing_rules(caller: Follower) -> RoutingRules:
    """Where each category leads."""
    answer = await caller.clients.routing.ListRoutingRules(pb.ListRoutingRulesRequest())
    return RoutingRules(rules=[_rule(one) for one in answer.rules])


@router.put(
    "/routing-rules/{category_code}",
    response_model=RoutingRuleOut,
    summary="更改类别对应的部门",
    openapi_extra=tells("CATEGORY_UNKNOWN", "ROUTING_RULE_INVALID", versioned=True, etag=True),
)
async def set_routing_rule(category_code: CategoryCode, body: RoutingRuleIn, caller: CentreLead) -> Response:
    """Say where a category leads from now on. The same said twice takes effect once."""
    request = pb.SetRoutingRuleRequest(
        category_code=category_code, expected_version=caller.heads.version(), unit_codes=body.unit_codes
    )
    rule = _rule((await caller.clients.routing.SetRoutingRule(request)).rule)
    return json_answer(rule, headers={"etag": etag_of(rule.version)})


@router.get("/routing-suggestions", summary="对应关系的调整建议", openapi_extra=tells())
async def list_routing_suggestions(caller: Follower) -> RoutingSuggestions:
    """What granted returns suggest and nobody has decided."""
    answer = await caller.clients.routing.ListRoutingSuggestions(pb.ListRoutingSuggestionsRequest())
    return RoutingSuggestions(suggestions=[_suggestion(one) for one in answer.suggestions])


@router.post(
    "/routing-suggestions/{suggestion_id}/decision",
    summary="采纳或不采纳建议",
    openapi_extra=tells("SUGGESTION_NOT_FOUND", "CATEGORY_UNKNOWN", "ROUTING_RULE_INVALID"),
)
async def decide_routing_suggestion(
    suggestion_id: UUID, body: RoutingDecisionIn, caller: CentreLead
) -> RoutingSuggestionOut:
    """Adopt a suggestion, which changes the rule, or dismiss it. The same decision twice takes effect once."""
    request = pb.DecideRoutingSuggestionRequest(suggestion_id=str(suggestion_id), decision=DECISIONS.number(body.decision))
    return _suggestion((await caller.clients.routing.DecideRoutingSuggestion(request)).suggestion)


def _rule(one: pb.RoutingRule) -> RoutingRuleOut:
    return RoutingRuleOut(
        category_code=one.category_code,
        category_name=one.category_name,
        unit_codes=list(one.unit_codes),
        version=one.version,
        changed_by=one.changed_by or None,
        changed_at=moment(one, "changed_at"),
    )


def _suggestion(one: pb.RoutingSuggestion) -> RoutingSuggestionOut:
    return RoutingSuggestionOut(
        id=one.id,
        category_code=one.category_code,
        from_unit_code=one.from_unit_code,
        to_unit_code=one.to_unit_code,
        created_at=moment_of(one.created_at),
        demand_id=one.demand_id,
        serial=one.serial,
        decision=DECISIONS.of(one.decision),
        decided_by=one.decided_by or None,
        decided_at=moment(one, "decided_at"),
    )
