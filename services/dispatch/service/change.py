"""One change of a demand in the making: the lock, the checks that every change needs, and the way into `moves`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit import faults
from kit.auth import Actor
from kit.errors import PermissionDenied, StaleVersion
from kit.idempotency import check_same
from services.dispatch import moves, rules
from services.dispatch.announcements import Contacts
from services.dispatch.clocks import Name, Start
from services.dispatch.moves import Act, Course
from services.dispatch.queries import access, changes, demands
from services.dispatch.rules import Action, Clock, State


@dataclass(frozen=True, slots=True)
class Precondition:
    """Which demand a request is about, the version its caller saw, and what makes its retry recognisable."""

    demand_id: UUID
    expected_version: int
    request_id: str
    request_hash: bytes


@dataclass(slots=True)
class Change:
    """The locked demand, who changes it and when. `row` is the demand as it stands after the moves taken so far."""

    session: AsyncSession
    actor: Actor
    on: Precondition
    course: Course
    now: datetime
    found: changes.Movable
    written: moves.Written

    @property
    def row(self) -> moves.Row:
        return self.written.demand

    @property
    def state(self) -> State:
        return State(self.row["state"])

    @property
    def terms(self) -> rules.Terms:
        return self.course.terms_of(self.row)

    @property
    def contacts(self) -> Contacts:
        return self.found.contacts

    def act(self, text: str = "", **more: object) -> Act:
        """The deed of this request. Only its first line carries the request's id."""
        key = {} if self.written.lines else {"request_id": self.on.request_id, "request_hash": self.on.request_hash}
        return Act(self.actor, self.now, text, **key, **more)  # type: ignore[arg-type]


async def begin(session: AsyncSession, actor: Actor, on: Precondition, course: Course, now: datetime) -> Change | None:
    """Lock the demand and check version and request id. None if this very request was served before."""
    found = await changes.demand_for_move(session, actor, on.demand_id)
    earlier = await demands.served_before(session, on.demand_id, actor, on.request_id)
    if earlier is not None:
        check_same(earlier, on.request_hash)
        return None
    if found.row["version"] != on.expected_version:
        raise StaleVersion(version=str(found.row["version"]))
    faults.point("move.after_lock")
    return Change(session, actor, on, course, now, found, moves.start(found.row, found.clocks))


def take(
    change: Change,
    action: Action,
    act: Act,
    row: moves.Row | None = None,
    facts: moves.Row | None = None,
    *,
    contacts: Contacts | None = None,
    starts: Sequence[Start] = (),
    stops: Sequence[Name] = (),
    roles: frozenset[int] | None = None,
) -> moves.Row:
    """Take one move of the table, by one of those it names; `save` writes it.

    `row` is what changes in the demand. `roles` are the actor's that count, where the demand alone does not tell.
    """
    move = rules.check_move(action, change.state)
    if move.roles.isdisjoint(roles_on(change.actor, change.row) if roles is None else roles):
        raise PermissionDenied
    told = contacts or change.contacts
    return moves.take(change.written, action, act, change.course, told, row, facts, starts, stops)


VOID = text("""
UPDATE demand_approval SET state = 'VOID', decided_at = :now WHERE demand_id = :demand AND state = 'PENDING'
""")


# Who assists reads along until there is an answer, for it may be asked again; then it has nothing to do with it any more.
RELEASE = text("""
UPDATE demand_co_handler SET released_at = :now WHERE demand_id = :demand AND released_at IS NULL
""")


async def save(change: Change) -> None:
    """Write the moves taken. A request that they leave without a clock is void: the demand moved on."""
    await moves.save(change.session, change.written)
    asked = [clock for clock in change.written.clocks if clock["kind"] == Clock.APPROVAL]
    if asked and all(clock["stopped_at"] for clock in asked):
        await change.session.execute(VOID, {"demand": change.on.demand_id, "now": change.now})
    if rules.ends_assistance(change.found.row, change.row):
        await change.session.execute(RELEASE, {"demand": change.on.demand_id, "now": change.now})
    faults.point("move.before_commit")


async def move(
    change: Change, action: Action, act: Act, row: moves.Row | None = None, facts: moves.Row | None = None
) -> moves.Row:
    """Take one plain move and write it."""
    after = take(change, action, act, row, facts)
    await save(change)
    return after


def roles_on(actor: Actor, demand: moves.Row) -> frozenset[int]:
    """The actor's roles that count for this demand: who sees all as a supervisor has no say in another agency's case."""
    counting = set(rules.CENTRE_ROLES | rules.SUPERVISORS)
    if demand["lead_unit_code"] == actor.unit_code:
        counting.update(access.AGENCY)
    if demand["enterprise_id"] == actor.organisation_id:
        counting |= rules.LIAISON
    return actor.roles & counting


def told_of_new_lead(contacts: Contacts, lead: rules.Lead) -> Contacts:
    """The contacts of a demand that goes to another agency; those of the one before are its former agency's."""
    return replace(contacts, agency=lead.contact_ids, agency_lead=(), former_agency=contacts.agency)
