"""TermService: how long things may take, by default and as set for agencies and categories."""

from typing import Any

from fahu.dispatch.v1 import term_service_pb2 as rpc
from fahu.dispatch.v1.term_service_pb2_grpc import TermServiceServicer

from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from services.dispatch import rules
from services.dispatch.announcements import stamp
from services.dispatch.models import TermRule
from services.dispatch.moves import Course
from services.dispatch.protos import day_of
from services.dispatch.queries import terms as queries
from services.dispatch.service import terms
from services.dispatch.servicer.edge import now


class TermServicer(TermServiceServicer):
    """See proto/fahu/dispatch/v1/term_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, course: Course) -> None:
        self.db = database
        self.course = course

    async def ListTerms(self, request: rpc.ListTermsRequest, context: Any) -> rpc.ListTermsResponse:
        async with self.db.read() as session:
            holding = await queries.holding(session, self.course.calendar.day_of(now()))
        own = rules.own_terms(holding, request.unit_code, request.category_code)
        return rpc.ListTermsResponse(terms=[self._term_of(name, own) for name in rules.SETTABLE])

    def _term_of(self, name: str, own: dict[str, int]) -> rpc.Term:
        default, (_, _, counts) = getattr(self.course.terms, name), rules.SETTABLE[name]
        counted = rpc.TermUnit.Value(f"TERM_UNIT_{counts.upper()}")
        return rpc.Term(name=name, value=own.get(name, default), unit=counted, default=default, own=name in own)

    async def ListTermRules(self, request: rpc.ListTermRulesRequest, context: Any) -> rpc.ListTermRulesResponse:
        async with self.db.read() as session:
            return rpc.ListTermRulesResponse(rules=map(_rule_of, await queries.rules(session)))

    async def MakeTermRule(self, request: rpc.MakeTermRuleRequest, context: Any) -> rpc.MakeTermRuleResponse:
        wanted = terms.Wanted(
            unit_code=request.unit_code,
            category_code=request.category_code,
            valid_from=rules.read_day(request.valid_from, "valid_from"),
            terms=[(one.name, one.value) for one in request.terms],
            note=request.note.strip(),
            request_id=request.request_id,
            request_hash=fingerprint(request),
        )
        async with self.db.begin() as session:
            made = _rule_of(await terms.make_rule(session, actor_of(context), wanted, self.course, now()))
        async with self.db.read() as session:
            await terms.refresh(session, self.course, now())
        return rpc.MakeTermRuleResponse(rule=made)


def _rule_of(rule: TermRule) -> rpc.TermRule:
    return rpc.TermRule(
        id=str(rule.id),
        unit_code=rule.unit_code,
        category_code=rule.category_code,
        valid_from=day_of(rule.valid_from),
        terms=[rpc.TermValue(name=name, value=value) for name, value in rule.terms.items()],
        note=rule.note,
        made_by=str(rule.made_by),
        made_at=stamp(rule.made_at),
    )
