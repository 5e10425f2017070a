"""Guards of dispatch, each switched off by itself: the machines must then find the invariant that it keeps broken."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text, true
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from services.dispatch import clocks, errors, moves, recounting, rules
from services.dispatch.announcements import SILENT
from services.dispatch.queries import access
from services.dispatch.queries import demands as queries
from services.dispatch.rules import Action, Clock, State, TriageReason
from services.dispatch.service import agencies, change, deadlines, guards, joint_cases, look_backs
from tests.machines.cast import AGENCIES, OFFICIALS
from tests.machines.checks import REFUSAL
from tests.machines.habits import ANSWERED, ASKED, BEFORE_COURT, RETURNED, UNNAMED, Deed

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Control:
    """What is switched off, the letter under which that must come to light, and where that is near, if chance is slow."""

    letter: str
    off: Callable[[Patch], None]
    near: list[Deed] | None = None


def _row(patch: Patch, action: Action, **other: Any) -> None:
    """One row of the table otherwise. What tells the machine what is legal is a copy of the table's sources and roles."""
    patch.setitem(rules.MOVES, action, replace(rules.MOVES[action], **other))


def no_clock_after_a_bad_rating(patch: Patch) -> None:
    _row(patch, Action.RATE_BADLY, starts=())


def questions_that_nobody_answers_close_it(patch: Patch) -> None:
    _row(patch, Action.INFO_TIMEOUT, target=State.CLOSED, back=False, stops=rules.ALL_BUT_LOOK_BACK)


def each_holder_starts_the_time_anew(patch: Patch) -> None:
    def forgetful(_written: moves.Written, _before: moves.Row, after: moves.Row, at: datetime) -> None:
        after["held_since"] = at if after["holder"] else None

    patch.setattr(moves, "_pass_ball", forgetful)


def a_line_leaves_a_column_out(patch: Patch) -> None:
    whole = moves._line

    def short(*given: Any) -> moves.Row:
        line = whole(*given)
        line["changes"].pop("promised_on", None)
        return line

    patch.setattr(moves, "_line", short)


def silence_grants_a_return(patch: Patch) -> None:
    async def grant(session: AsyncSession, firing: Any, course: moves.Course, now: datetime) -> None:
        if firing.row.state == State.RETURN_REVIEW:
            row = {"lead_unit_code": "", "triage_reason": TriageReason.RETURNED}
            await deadlines._move(session, firing, Action.RETURN_TO_TRIAGE, course, now, row, {"approved": True})

    patch.setitem(deadlines.ENDS, Clock.APPROVAL, grant)


def the_list_asks_nobody_who_they_are(patch: Patch) -> None:
    page = queries.demands_page

    async def blind(session: AsyncSession, _actor: Actor, *others: Any) -> Any:
        return await page(session, OFFICIALS["supervisor"], *others)

    patch.setattr(queries, "demands_page", blind)


def anybody_looks_back(patch: Patch) -> None:
    patch.setattr(look_backs, "_check_four_eyes", lambda _change, _replier: None)


def the_agency_it_is_about_takes_part(patch: Patch) -> None:
    plain = agencies.check

    async def check(of: change.Change, unit_code: str) -> None:
        if unit_code != of.row["subject_unit_code"]:
            await plain(of, unit_code)

    patch.setattr(agencies, "check", check)


def a_clock_forgets_what_it_counts_from(patch: Patch) -> None:
    new = clocks._new

    def wrong(*given: Any) -> clocks.Row:
        row = new(*given)
        return row | {"term_days": row["term_days"] and row["term_days"] + 1}

    patch.setattr(clocks, "_new", wrong)


def acceptance_is_not_announced(patch: Patch) -> None:
    patch.setattr(moves, "SILENT", SILENT | {Action.ACCEPT})


def every_agency_has_a_say(patch: Patch) -> None:
    patch.setattr(change, "roles_on", lambda actor, _demand: actor.roles)


def an_old_version_will_do(patch: Patch) -> None:
    begin = change.begin

    async def lenient(session: AsyncSession, actor: Actor, on: change.Precondition, *others: Any) -> Any:
        present = await session.scalar(text("SELECT version FROM demand WHERE id = :id"), {"id": on.demand_id})
        return await begin(session, actor, replace(on, expected_version=present or 0), *others)

    patch.setattr(change, "begin", lenient)


def a_retry_is_not_known_again(patch: Patch) -> None:
    async def never(*_given: Any) -> None:
        return None

    patch.setattr(queries, "served_before", never)


def outsiders_have_a_word_before_a_court(patch: Patch) -> None:
    patch.setattr(guards, "check_hands_off", lambda _change: None)


def any_agency_takes_a_matter_before_a_court(patch: Patch) -> None:
    patch.setattr(rules, "COURTS", frozenset(AGENCIES))


def agencies_learn_whose_it_is(patch: Patch) -> None:
    patch.setattr(access, "knows_whose", lambda _actor: true())


def a_table_puts_off_once_more_what_it_put_off(patch: Patch) -> None:
    plain = recounting._counted

    def late(row: clocks.Row, *others: Any) -> clocks.Row:
        return plain(row | {"counted_from": row["due_at"]}, *others)

    patch.setattr(recounting, "_counted", late)


def they_are_joined_by_halves(patch: Patch) -> None:
    plain = joint_cases._to_each

    async def leniently(errand: Any, rows: Any, on_member: Any, _wanted: Any = ()) -> None:
        for row in rows:
            with suppress(errors.JointMembersRefused):
                await plain(errand, [row], on_member)

    patch.setattr(joint_cases, "_to_each", leniently)


CONTROLS = (
    Control("a", no_clock_after_a_bad_rating),
    Control("b", questions_that_nobody_answers_close_it, ASKED),
    Control("c", each_holder_starts_the_time_anew),
    Control("d", a_line_leaves_a_column_out),
    Control("e", silence_grants_a_return, RETURNED),
    Control("f", the_list_asks_nobody_who_they_are),
    Control("g", anybody_looks_back, ANSWERED),
    Control("h", the_agency_it_is_about_takes_part),
    Control("i", a_clock_forgets_what_it_counts_from),
    Control("j", acceptance_is_not_announced),
    Control(REFUSAL, every_agency_has_a_say),
    Control(REFUSAL, an_old_version_will_do),
    Control(REFUSAL, a_retry_is_not_known_again),
    Control(REFUSAL, outsiders_have_a_word_before_a_court, BEFORE_COURT),
    Control(REFUSAL, any_agency_takes_a_matter_before_a_court, BEFORE_COURT),
    Control("h", agencies_learn_whose_it_is, UNNAMED),
    Control("i", a_table_puts_off_once_more_what_it_put_off),
    Control(REFUSAL, they_are_joined_by_halves),
)
