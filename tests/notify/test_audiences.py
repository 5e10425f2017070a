"""Whom dispatch's table of moves names in an event is told something meant for them: the reviewed table of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.dispatch.v1 import demand_pb2, events_pb2

from services.dispatch.announcements import EVENTS, SILENT, Contacts
from services.dispatch.rules import MOVES, Action, Party
from services.notify import notices
from services.notify.catalogue.text import Language
from services.notify.rules import Kind
from services.notify.texts import Message, render
from tests.notify.conftest import World, delivery_of, subject
from tests.notify.happenings import DUE, variants

A, K, P = Action, Kind, Party
LANGUAGES: tuple[Language, ...] = ("zh", "en")
# Beside those of the table: whom use cases name, a request's stage, and the supervisors from the third round on.
ALSO_TOLD: dict[Action, tuple[Party, ...]] = {
    A.ASK_APPROVAL: (P.AGENCY_LEAD, P.CENTRE),
    A.ASK_PAUSED: (P.AGENCY_LEAD, P.CENTRE),
    A.PASS_ON: (P.CENTRE,),
    A.ANSWER: (P.AGENCY,),
    A.REWORK: (P.SUPERVISOR,),
    A.REASSESS: (P.SUPERVISOR,),
    A.REOPEN: (P.SUPERVISOR,),
}
READ: dict[Action, dict[Party, Kind]] = {
    A.ROUTE: {P.AGENCY: K.DEMAND_DISPATCHED, P.LIAISON: K.DEMAND_ROUTED},
    A.NEED_TRIAGE: {P.CENTRE: K.CENTRE_TRIAGE_REQUIRED, P.LIAISON: K.DEMAND_IN_TRIAGE},
    A.DISPATCH: {P.AGENCY: K.DEMAND_DISPATCHED, P.LIAISON: K.DEMAND_FORWARDED, P.CO_HANDLER: K.CO_DEMAND_DISPATCHED},
    A.REPLY_DIRECTLY: {P.LIAISON: K.DEMAND_REPLIED},
    A.ACCEPT: {P.LIAISON: K.DEMAND_ACCEPTED},
    A.LOG_CONTACT: {},
    A.ASK_RETURN: {P.CENTRE: K.CENTRE_RETURN_REQUESTED},
    A.RETURN_TO_TRIAGE: {P.LIAISON: K.DEMAND_REASSESSED, P.FORMER_AGENCY: K.RETURN_APPROVED},
    A.RETURN_TO_OTHER: {
        P.AGENCY: K.DEMAND_DISPATCHED,
        P.LIAISON: K.DEMAND_FORWARDED,
        P.FORMER_AGENCY: K.RETURN_APPROVED,
    },
    A.DENY_RETURN: {P.AGENCY: K.RETURN_DENIED},
    A.HANDLE_NOW: {P.LIAISON: K.DEMAND_DISPOSITION_SET},
    A.PROMISE: {P.LIAISON: K.DEMAND_DISPOSITION_SET},
    A.PROMISE_LATER: {P.LIAISON: K.DEMAND_PROMISE_CHANGED},
    A.ASK_INFO: {P.LIAISON: K.DEMAND_INFO_REQUESTED},
    A.SUPPLY_INFO: {P.AGENCY: K.INFO_SUPPLIED, P.CENTRE: K.CENTRE_INFO_NOTED},
    A.INFO_TIMEOUT: {P.AGENCY: K.INFO_SUPPLIED, P.CENTRE: K.CENTRE_INFO_NOTED, P.LIAISON: K.DEMAND_INFO_TIMED_OUT},
    A.ANSWER: {P.LIAISON: K.DEMAND_REPLIED, P.AGENCY: K.AGENCY_DEMAND_REPLIED},
    A.ADD_CO_HANDLER: {P.CO_HANDLER: K.CO_HANDLER_ADDED},
    A.GIVE_OPINION: {P.AGENCY: K.OPINION_GIVEN},
    A.WAIVE_OPINION: {P.AGENCY: K.OPINION_GIVEN, P.CO_HANDLER: K.OPINION_WAIVED},
    A.ASK_APPROVAL: {P.AGENCY_LEAD: K.APPROVAL_TO_SIGN, P.CENTRE: K.CENTRE_APPROVAL_REQUESTED},
    A.ASK_PAUSED: {P.AGENCY_LEAD: K.APPROVAL_TO_SIGN, P.CENTRE: K.CENTRE_APPROVAL_REQUESTED},
    A.PASS_ON: {P.CENTRE: K.CENTRE_APPROVAL_REQUESTED},
    A.DENY: {P.AGENCY: K.APPROVAL_DENIED},
    A.APPROVE_PROMISE: {P.LIAISON: K.DEMAND_DISPOSITION_SET, P.AGENCY: K.APPROVAL_GRANTED},
    A.APPROVE_EXTENSION: {P.LIAISON: K.DEMAND_EXTENDED, P.AGENCY: K.APPROVAL_GRANTED},
    A.APPROVE_PARK: {P.LIAISON: K.DEMAND_PARKED, P.AGENCY: K.APPROVAL_GRANTED},
    A.APPROVE_REVIEW: {P.LIAISON: K.DEMAND_PARK_REVIEWED, P.AGENCY: K.APPROVAL_GRANTED},
    A.APPROVE_INFEASIBLE: {P.LIAISON: K.DEMAND_REPLIED, P.AGENCY: K.AGENCY_DEMAND_REPLIED},
    A.REVIVE: {P.AGENCY: K.DEMAND_REVIVED, P.LIAISON: K.DEMAND_CONDITION_MET},
    A.REVIEW_PARK: {P.LIAISON: K.DEMAND_PARK_REVIEWED},
    A.RESUME: {P.LIAISON: K.DEMAND_RESUMED, P.AGENCY: K.AGENCY_DEMAND_RESUMED},
    A.RATE: {P.AGENCY: K.DEMAND_RATED},
    A.RATE_BADLY: {P.AGENCY: K.DEMAND_RATED, P.CENTRE: K.CENTRE_LOOK_BACK_DUE},
    A.CLOSE: {},
    A.EXPIRE: {P.LIAISON: K.DEMAND_CLOSED, P.AGENCY: K.AGENCY_DEMAND_CLOSED},
    A.OPEN_LOOK_BACK: {P.CENTRE: K.CENTRE_LOOK_BACK_OPENED},
    A.LOOK_BACK: {P.AGENCY: K.LOOKED_BACK},
    A.NOTE_UNREACHED: {},
    A.CLOSE_EXPLAINED: {P.LIAISON: K.DEMAND_CLOSED, P.AGENCY: K.AGENCY_DEMAND_CLOSED},
    A.REWORK: {
        P.LIAISON: K.DEMAND_REOPENED,
        P.AGENCY: K.AGENCY_DEMAND_REOPENED,
        P.CENTRE: K.CENTRE_DEMAND_REWORKED,
        P.SUPERVISOR: K.SUPERVISOR_DEMAND_REWORKED,
    },
    A.REASSESS: {
        P.LIAISON: K.DEMAND_REOPENED,
        P.CENTRE: K.CENTRE_DEMAND_REWORKED,
        P.SUPERVISOR: K.SUPERVISOR_DEMAND_REWORKED,
    },
    A.REOPEN: {
        P.CENTRE: K.CENTRE_DEMAND_REOPENED,
        P.FORMER_AGENCY: K.AGENCY_DEMAND_REASSESSED,
        P.SUPERVISOR: K.SUPERVISOR_DEMAND_REWORKED,
    },
    A.WITHDRAW: {P.AGENCY: K.DEMAND_WITHDRAWN, P.CENTRE: K.CENTRE_DEMAND_WITHDRAWN, P.CO_HANDLER: K.DEMAND_WITHDRAWN},
    A.ISSUE_ORDER: {P.AGENCY: K.ORDER_ISSUED, P.AGENCY_LEAD: K.ORDER_ISSUED},
    A.ANSWER_ORDER: {P.CENTRE: K.ORDER_ANSWERED, P.SUPERVISOR: K.ORDER_ANSWERED},
    A.CLOSE_ORDER: {P.AGENCY: K.ORDER_CLOSED},
    A.ASK_APPEAL: {P.CENTRE: K.CENTRE_APPROVAL_REQUESTED},
    A.DECIDE_APPEAL: {P.AGENCY: K.APPEAL_DECIDED},
    A.EXCLUDE: {P.AGENCY: K.DEMAND_EXCLUDED},
    A.REVEAL: {P.AGENCY: K.IDENTITY_REVEALED},
    A.JOIN: {P.LIAISON: K.DEMAND_JOINED, P.AGENCY: K.AGENCY_DEMAND_JOINED},
    A.TAKE_OUT: {P.LIAISON: K.DEMAND_JOINED, P.AGENCY: K.AGENCY_DEMAND_JOINED},
    A.RESCHEDULE: {},
    A.REPORT_PROGRESS: {P.LIAISON: K.DEMAND_PROGRESS_REPORTED},
}
# What sets an action's event apart from that of another, where its reader goes by it.
FACTS: dict[Action, dict[str, Any]] = {
    A.ROUTE: {"automatic": True},
    A.DISPATCH: {"automatic": False},
    A.RETURN_TO_TRIAGE: {"approved": True},
    A.RETURN_TO_OTHER: {"approved": True},
    A.DENY_RETURN: {"approved": False},
    A.HANDLE_NOW: {"kind": demand_pb2.DISPOSITION_KIND_IMMEDIATE, "changed": False},
    A.PROMISE: {"kind": demand_pb2.DISPOSITION_KIND_TIME_BOUND, "changed": False},
    A.PROMISE_LATER: {"kind": demand_pb2.DISPOSITION_KIND_TIME_BOUND, "changed": True},
    A.APPROVE_PROMISE: {"kind": demand_pb2.DISPOSITION_KIND_TIME_BOUND, "changed": False},
    A.APPROVE_PARK: {"kind": demand_pb2.DISPOSITION_KIND_REFERENCE, "changed": False},
    A.REWORK: {"by_enterprise": False},
    A.REASSESS: {"by_enterprise": False},
    A.REOPEN: {"by_enterprise": True},
}


def _contacts() -> tuple[Contacts, dict[Party, UUID]]:
    people: dict[Party, UUID] = {party: uuid4() for party in Party if party is not P.PLATFORM}
    contacts = Contacts(**{party.lower(): (person,) for party, person in people.items()})  # type: ignore[arg-type]
    return contacts, people


def events_of(action: Action, contacts: Contacts) -> Iterator[Any]:
    """The event of an action, with every value its fields may have beside those that the action itself fixes."""
    state = demand_pb2.State.Value(f"STATE_{MOVES[action].target or 'HANDLING'}")
    audience = contacts.of((*MOVES[action].told, *ALSO_TOLD.get(action, ())))
    return variants(EVENTS[action], state, audience, FACTS.get(action, {}))


def test_the_table_names_every_move_and_every_party() -> None:
    assert READ.keys() == MOVES.keys() - SILENT
    for action, readers in READ.items():
        assert readers.keys() == {*MOVES[action].told, *ALSO_TOLD.get(action, ())}, action
    assert K.DEMAND_CHANGED not in {kind for readers in READ.values() for kind in readers.values()}


@pytest.mark.parametrize("action", list(READ))
async def test_each_party_is_told_in_its_own_words_and_once(world: World, action: Action) -> None:
    contacts, people = _contacts()
    events = list(events_of(action, contacts))
    deliveries = [delivery_of(event) for event in events]
    await world.deliver(deliveries)
    await world.deliver(deliveries)  # as after a lost acknowledgement
    for party, person in people.items():
        expected = [READ[action][party]] * len(events) if party in READ[action] else []
        assert [message.kind for message in await world.inbox(person)] == expected, party


@pytest.mark.parametrize("action", list(READ))
def test_its_texts_say_what_happened_in_both_languages(action: Action) -> None:
    contacts, _ = _contacts()
    for event in events_of(action, contacts):
        notice, facts = notices.read(event)
        for party, kind in READ[action].items():
            assert getattr(notice, party.lower()) is kind
            message = Message(kind, uuid4(), "FH2026-000123", facts, datetime.now(UTC), "区人社局")
            for language in LANGUAGES:
                title, body = render(message, language)
                assert title
                assert "within the time set" not in body or kind in (K.CO_DEMAND_DISPATCHED, K.APPROVAL_DENIED)
                assert not any(name in body for name in ("needs an assessment", "see its explanation", "as required"))


@pytest.mark.parametrize(
    ("clock", "audience", "expected"),
    [
        ("HANDLE", {"agency_ids": K.DEADLINE_BREACHED, "centre_ids": K.CENTRE_DEADLINE_BREACHED}, "应由区人社局于"),
        ("OPINION", {"co_handler_ids": K.DEADLINE_BREACHED, "centre_ids": K.CENTRE_DEADLINE_BREACHED}, "应由协办部门于"),
        (
            "APPROVAL",
            {"agency_lead_ids": K.DEADLINE_BREACHED, "centre_ids": K.CENTRE_DEADLINE_BREACHED},
            "应由区人社局分管负责人于",
        ),
        ("APPROVAL", {"centre_ids": K.CENTRE_OVERDUE, "supervisor_ids": K.SUPERVISOR_DEADLINE_BREACHED}, "应由区综治中心于"),
        ("TRIAGE", {"centre_ids": K.CENTRE_OVERDUE, "supervisor_ids": K.SUPERVISOR_DEADLINE_BREACHED}, "应由区综治中心于"),
        (
            "LOOK_BACK",
            {"centre_ids": K.CENTRE_OVERDUE, "supervisor_ids": K.SUPERVISOR_DEADLINE_BREACHED},
            "应由区综治中心于",
        ),
    ],
)
async def test_who_missed_a_term_is_told_apart_from_who_follows_it(
    world: World, clock: Any, audience: dict[str, Kind], expected: str
) -> None:
    people = {field: uuid4() for field in audience}
    told = events_pb2.Audience(**{field: [str(person)] for field, person in people.items()})
    kind = demand_pb2.ClockKind.Value(f"CLOCK_KIND_{clock}")
    event = events_pb2.DeadlineBreached(demand=subject(), audience=told, clock=kind, due_at=DUE)
    await world.happen(event)
    for field, person in people.items():
        assert [message.kind for message in await world.inbox(person)] == [audience[field]]
    facts = notices.read(event)[1]
    overseer = Message(list(audience.values())[-1], uuid4(), "FH2026-000123", facts, datetime.now(UTC), "区人社局")
    assert expected in render(overseer, "zh")[1]


@pytest.mark.parametrize("percent", [50, 80])
async def test_the_enterprise_is_reminded_of_what_it_owes(world: World, percent: int) -> None:
    owner = uuid4()
    told = events_pb2.Audience(liaison_ids=[str(owner)])
    for clock in (demand_pb2.CLOCK_KIND_RATING, demand_pb2.CLOCK_KIND_INFO):
        await world.happen(
            events_pb2.DeadlineWarning(demand=subject(), audience=told, clock=clock, percent=percent, due_at=DUE)
        )
    assert [message.kind for message in await world.inbox(owner)] == [K.INFO_REMINDER, K.RATING_REMINDER]


async def test_material_for_an_assessment_is_the_centres_task(world: World) -> None:
    centre, about = uuid4(), subject(unit="")
    about.state = demand_pb2.STATE_TRIAGE
    await world.happen(events_pb2.DemandInfoSupplied(demand=about, audience=events_pb2.Audience(centre_ids=[str(centre)])))
    assert [message.kind for message in await world.inbox(centre)] == [K.CENTRE_INFO_SUPPLIED]
