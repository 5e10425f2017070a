"""The plain moves of people after a demand was taken in: dispatch, accept, contact, rate, withdraw (DEM-4, 5, 8)."""

from collections.abc import Sequence
from dataclasses import replace

from fahu.dispatch.v1 import demand_pb2

from services.dispatch import rules
from services.dispatch.models import DemandRating
from services.dispatch.queries import handling
from services.dispatch.rules import Action
from services.dispatch.service import agencies, co_handlers, guards, look_backs
from services.dispatch.service.change import Change, move, save, take, told_of_new_lead


async def dispatch_demand(change: Change, unit_code: str, note: str, co_unit_codes: Sequence[str]) -> None:
    """Send a demand in triage to an agency by hand (人工派单), with those that are to assist it."""
    rules.check_move(Action.DISPATCH, change.state)
    guards.check_silent(change, note.strip())
    lead = await agencies.taking_part(change, unit_code)
    assistants = await co_handlers.chosen(change, co_unit_codes, lead.unit_code)
    row = {"lead_unit_code": lead.unit_code, "triage_reason": None, "designated": False}
    told = replace(told_of_new_lead(change.contacts, lead), co_handler=co_handlers.contacts_of(assistants))
    facts = {"automatic": False, "rule_version": 0}
    starts = co_handlers.opinions_wanted(co_unit_codes)
    take(change, Action.DISPATCH, change.act(note), row, facts, contacts=told, starts=starts)
    await save(change)
    await co_handlers.enter(change, co_unit_codes)


async def accept_demand(change: Change) -> None:
    """Take a demand on for its agency (接收)."""
    await move(change, Action.ACCEPT, change.act())


async def log_contact(change: Change, note: str) -> None:
    """Note that the agency got in touch with the enterprise (先行联系)."""
    await move(change, Action.LOG_CONTACT, change.act(note))


async def rate_demand(change: Change, satisfaction: int, solved: rules.Solved, comment: str) -> None:
    """Record the enterprise's word; a content enterprise closes its demand, any other gets a look-back."""
    rules.check_move(Action.RATE, change.state)
    reply = await handling.reply_to_rate(change.session, change.on.demand_id)
    content = rules.is_content(satisfaction, solved)
    solved_value = demand_pb2.Solved.Value(f"SOLVED_{solved}")
    facts = {"satisfaction": satisfaction, "solved": solved_value, "look_back_due": not content}
    if content:
        take(change, Action.RATE, change.act(comment), None, facts)
        take(change, Action.CLOSE, change.act())
    else:
        act = change.act(comment, also_told=look_backs.also_told(look_backs.by_reply(reply)))
        take(change, Action.RATE_BADLY, act, None, facts, stops=[look_backs.CLOCK])
    await save(change)
    if not content:
        await look_backs.owe_for_bad_rating(change, reply)
    rating = DemandRating(
        reply_id=reply.id,
        demand_id=change.on.demand_id,
        satisfaction=satisfaction,
        solved=solved,
        comment=comment,
        person_id=change.actor.person_id,
        rated_at=change.now,
    )
    change.session.add(rating)


async def withdraw_demand(change: Change, reason: str, asked_by_agency: bool) -> None:
    """Take a demand back; only the enterprise may, and it is asked whether the agency wanted it."""
    act = change.act(reason, asked_by_agency=asked_by_agency)
    await move(change, Action.WITHDRAW, act, {"triage_reason": None})
