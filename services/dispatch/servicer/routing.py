"""RoutingService: where categories lead, and what is suggested."""

from typing import Any
from uuid import UUID

from fahu.dispatch.v1 import routing_service_pb2 as rpc
from fahu.dispatch.v1.routing_service_pb2_grpc import RoutingServiceServicer

from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.dispatch import protos
from services.dispatch.announcements import stamp
from services.dispatch.models import RoutingSuggestion
from services.dispatch.queries import routing as queries
from services.dispatch.service import routing
from services.dispatch.servicer.edge import now


class RoutingServicer(RoutingServiceServicer):
    """See proto/fahu/dispatch/v1/routing_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database) -> None:
        self.db = database

    async def ListRoutingRules(self, request: rpc.ListRoutingRulesRequest, context: Any) -> rpc.ListRoutingRulesResponse:
        async with self.db.read() as session:
            return rpc.ListRoutingRulesResponse(rules=map(_rule_of, await queries.rules(session)))

    async def SetRoutingRule(self, request: rpc.SetRoutingRuleRequest, context: Any) -> rpc.SetRoutingRuleResponse:
        code, expected, units = request.category_code, request.expected_version, tuple(request.unit_codes)
        async with self.db.begin() as session:
            await routing.set_rule(session, actor_of(context), code, expected, units, now())
            await session.flush()
            (rule,) = await queries.rules(session, code)
            return rpc.SetRoutingRuleResponse(rule=_rule_of(rule))

    async def ListRoutingSuggestions(
        self, request: rpc.ListRoutingSuggestionsRequest, context: Any
    ) -> rpc.ListRoutingSuggestionsResponse:
        async with self.db.read() as session:
            found = await queries.suggestions(session, actor_of(context))
        return rpc.ListRoutingSuggestionsResponse(suggestions=[_suggestion_of(*row) for row in found])

    async def DecideRoutingSuggestion(
        self, request: rpc.DecideRoutingSuggestionRequest, context: Any
    ) -> rpc.DecideRoutingSuggestionResponse:
        actor, suggestion_id = actor_of(context), UUID(request.suggestion_id)
        decision = protos.name_of(rpc.RoutingDecision, "ROUTING_DECISION", request.decision)
        async with self.db.begin() as session:
            await routing.decide_suggestion(session, actor, suggestion_id, decision, now())
            await session.flush()
            (row,) = await queries.suggestions(session, actor, suggestion_id)
            return rpc.DecideRoutingSuggestionResponse(suggestion=_suggestion_of(*row))


def _rule_of(rule: queries.Rule) -> rpc.RoutingRule:
    return rpc.RoutingRule(
        category_code=rule.category_code,
        category_name=rule.category_name,
        unit_codes=rule.unit_codes,
        version=rule.version,
        changed_by=str(rule.changed_by or ""),
        changed_at=stamp(rule.changed_at) if rule.changed_at else None,
    )


def _suggestion_of(row: RoutingSuggestion, serial: str) -> rpc.RoutingSuggestion:
    decision = row.decision or "UNSPECIFIED"
    return rpc.RoutingSuggestion(
        id=str(row.id),
        category_code=row.category_code,
        from_unit_code=row.from_unit_code,
        to_unit_code=row.to_unit_code,
        created_at=stamp(row.created_at),
        demand_id=str(row.demand_id),
        serial=serial,
        decision=rpc.RoutingDecision.Value(f"ROUTING_DECISION_{decision}"),
        decided_by=str(row.decided_by or ""),
        decided_at=stamp(row.decided_at) if row.decided_at else None,
    )
