"""Taking demands in: checked and routed from dispatch's own copies, then written by one statement (DEM-1…4).

The statement is the transaction. What was read before it is as good as if it were read within: nothing here locks.
Demands that arrive together are read for and written together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import uuid_utils.compat
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2

from kit import faults
from kit.auth import Actor
from kit.context import CallContext, enter_call
from kit.db import Run
from kit.errors import DatabaseUnavailable, IdempotencyKeyReused, ServiceError
from kit.events import outbox
from services.dispatch import errors, moves, rules
from services.dispatch.announcements import Contacts
from services.dispatch.moves import Act, Course
from services.dispatch.queries import demands as demand_queries
from services.dispatch.queries.intake import Intake, intakes, with_subjects
from services.dispatch.rules import Action, Lead

MINI_PROGRAM = "MINI_PROGRAM"


@dataclass(frozen=True, slots=True)
class Draft:
    """What an enterprise, or somebody on its behalf, wants to send."""

    kind: str
    category_code: str
    title: str
    body: str
    channel: str
    enterprise_id: UUID | None
    subject_unit_code: str = ""
    shielded: bool = False
    before_court: bool = False


@dataclass(frozen=True, slots=True)
class Submitted:
    """A demand as it was taken in. `row` holds the columns of the table."""

    row: moves.Row
    lead_unit_name: str
    clocks: list[moves.Row]
    events: list[outbox.Row]


@dataclass(frozen=True, slots=True)
class Submission:
    """One request to take a demand in."""

    actor: Actor
    draft: Draft
    request_id: str
    request_hash: bytes
    call: CallContext


Outcome = Submitted | UUID | Exception


async def submit_demands(run: Run, batch: Sequence[Submission], course: Course, now: datetime) -> list[Outcome]:
    """Take demands in and route them. A request served before yields its demand's id, a refused one its refusal."""
    year = course.calendar.day_of(now).year
    outcomes: list[Outcome] = [_for_whom(submission) for submission in batch]
    asked = [(s, outcome) for s, outcome in zip(batch, outcomes, strict=True) if isinstance(outcome, UUID)]
    found = await intakes(run, [(s.draft.category_code, enterprise) for s, enterprise in asked], year)
    if any(s.draft.subject_unit_code for s, _ in asked):
        found = await with_subjects(run, found, [s.draft.subject_unit_code for s, _ in asked])
    faults.point("submit.after_read")
    prepared = dict(zip((id(s) for s, _ in asked), _prepared(asked, found, year, course, now), strict=True))
    ready = [p[0] for p in prepared.values() if not isinstance(p, ServiceError)]
    saved = await moves.save_new(run, ready)
    faults.point("submit.after_write")
    return [
        outcome if isinstance(outcome, Exception) else await _outcome(run, submission, prepared[id(submission)], saved)
        for submission, outcome in zip(batch, outcomes, strict=True)
    ]


Prepared = tuple[moves.Written, Lead | None] | ServiceError


def _for_whom(submission: Submission) -> UUID | ServiceError:
    try:
        return enterprise_of(submission.actor, submission.draft)
    except ServiceError as refusal:
        return refusal


def _prepared(
    asked: Sequence[tuple[Submission, UUID]],
    found: Sequence[Intake],
    year: int,
    course: Course,
    now: datetime,
) -> list[Prepared]:
    return [_prepare(s, enterprise, intake, year, course, now) for (s, enterprise), intake in zip(asked, found, strict=True)]


def _prepare(
    submission: Submission, enterprise_id: UUID, found: Intake, year: int, course: Course, now: datetime
) -> Prepared:
    """Check and route one submission."""
    try:
        check(submission.actor, submission.draft, found, year)
    except ServiceError as refusal:
        return refusal
    enter_call(submission.call)
    row = new_row(submission.actor, submission.draft, found, enterprise_id, year, now)
    row |= {"request_id": submission.request_id, "request_hash": submission.request_hash}
    return routed(row, submission.actor, found, course, now)


async def _outcome(run: Run, submission: Submission, prepared: Prepared, saved: set[UUID]) -> Outcome:
    """What its caller gets. A request served before stays served, also where the same would be refused by now."""
    if not isinstance(prepared, ServiceError) and prepared[0].demand["id"] in saved:
        written, lead = prepared
        return Submitted(written.demand, lead.unit_name if lead else "", written.clocks, written.events)
    earlier = await demand_queries.demand_of_request(run, submission.actor.person_id, submission.request_id)
    if earlier is None:
        return prepared if isinstance(prepared, ServiceError) else DatabaseUnavailable()
    return earlier[0] if earlier[1] == submission.request_hash else IdempotencyKeyReused()


def enterprise_of(actor: Actor, draft: Draft) -> UUID:
    """Whom the demand is for: the contact's own enterprise, or the one that staff name."""
    if actor.has(int(Role.ROLE_LIAISON)) and draft.enterprise_id in (None, actor.organisation_id):
        if draft.channel != MINI_PROGRAM or actor.organisation_id is None:
            raise errors.ChannelNotAllowed
        return actor.organisation_id
    if actor.roles <= rules.LIAISON:
        raise errors.EnterpriseNotFound
    if draft.channel == MINI_PROGRAM:
        raise errors.ChannelNotAllowed
    if draft.enterprise_id is None:
        raise errors.EnterpriseMissing
    return draft.enterprise_id


def check(actor: Actor, draft: Draft, found: Intake, year: int) -> None:
    """Raise unless the category exists, the enterprise is a liaison point of the year and the actor may send for it."""
    if not found.category_known:
        raise errors.CategoryUnknown
    if draft.subject_unit_code and found.of_subject is None:
        raise errors.UnitNotAnAgency(field="subject_unit_code")
    staff = draft.channel != MINI_PROGRAM
    within = actor.has(*rules.CENTRE_ROLES) or found.area_code == actor.area_code
    if staff and not (found.enterprise_name and within):
        raise errors.EnterpriseNotFound
    if found.designation_id is None or (not staff and found.liaison_person_id != actor.person_id):
        raise errors.EnterpriseNotDesignated(year=str(year))


def new_row(actor: Actor, draft: Draft, found: Intake, enterprise_id: UUID, year: int, now: datetime) -> moves.Row:
    return moves.INITIAL | {
        "id": uuid_utils.compat.uuid7(),
        "serial": f"FH{year}-{found.number:06d}",
        "kind": draft.kind,
        "category_code": draft.category_code,
        "title": draft.title.strip(),
        "body": draft.body.strip(),
        "channel": draft.channel,
        "enterprise_id": enterprise_id,
        "enterprise_name": found.enterprise_name,
        "designation_id": found.designation_id,
        "area_code": found.area_code,
        "year": year,
        "submitted_by": actor.person_id,
        "submitted_for_by_unit": "" if draft.channel == MINI_PROGRAM else actor.unit_code,
        "submitted_at": now,
        "subject_unit_code": draft.subject_unit_code,
        "judicial": rules.is_judicial(draft.title, draft.body, draft.category_code, draft.before_court),
        "linked_demand_id": None,
        "shielded": draft.shielded,
    }


def routed(row: moves.Row, actor: Actor, found: Intake, course: Course, now: datetime) -> tuple[moves.Written, Lead | None]:
    """The first two moves of every demand: submitted, then dispatched by rule or left to the centre."""
    liaison = (found.liaison_person_id,) if found.liaison_person_id else ()
    written = moves.start(row)
    by_actor, by_platform = Act(actor, now), Act(None, now)
    moves.take(written, Action.SUBMIT, by_actor, course, Contacts())
    outcome = rules.route(row["category_code"], found.leads, conflict=found.of_subject is not None, judicial=row["judicial"])
    if isinstance(outcome, Lead):
        contacts = Contacts(liaison=liaison, agency=outcome.contact_ids)
        changes = {"lead_unit_code": outcome.unit_code}
        facts = {"automatic": True, "rule_version": outcome.rule_version}
        moves.take(written, Action.ROUTE, by_platform, course, contacts, changes, facts)
        return written, outcome
    contacts = Contacts(liaison=liaison, centre=found.centre_ids, of_subject=found.of_subject or frozenset())
    reason = demand_pb2.TriageReason.Value(f"TRIAGE_REASON_{outcome}")
    moves.take(written, Action.NEED_TRIAGE, by_platform, course, contacts, {"triage_reason": outcome}, {"reason": reason})
    return written, None
