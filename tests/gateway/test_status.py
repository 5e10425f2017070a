"""For every state and reader a sentence says who holds a demand, since when, until when, what comes next, whom to call."""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, get_args
from uuid import uuid4

import pytest
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import demand_pb2 as pb

from kit.auth import Actor
from services.gateway.auth import Caller
from services.gateway.headers import Heads
from services.gateway.routes.demand_schemas import STATES, StateWord, demand_line, demand_out
from services.gateway.texts import Language
from services.gateway.texts.status import Reader, Standing, status_text

LANGUAGES: tuple[Language, ...] = ("zh", "en")
SINCE, DUE = datetime(2026, 11, 23, 2, 0, tzinfo=UTC), datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
OVER = ("closed", "withdrawn")
# Who asks: role, unit, and whether they are to act in each state.
AGENCY, CENTRE = "hrss", "centre"
WHO: dict[str, tuple[Role.ValueType, str]] = {
    "liaison": (Role.ROLE_LIAISON, ""),
    "contact": (Role.ROLE_AGENCY_CONTACT, AGENCY),
    "handler": (Role.ROLE_AGENCY_HANDLER, AGENCY),
    "lead": (Role.ROLE_AGENCY_LEAD, AGENCY),
    "assisting": (Role.ROLE_AGENCY_HANDLER, "eco_env"),
    "operator": (Role.ROLE_CENTRE_OPERATOR, CENTRE),
    "centre lead": (Role.ROLE_CENTRE_LEAD, CENTRE),
    "supervisor": (Role.ROLE_SUPERVISOR, "committee"),
    "officer": (Role.ROLE_AREA_OFFICER, "area-310116101"),
}
ACTS: dict[str, set[str]] = {
    "submitted": set(),
    "triage": {"operator", "centre lead"},
    "dispatched": {"contact", "handler"},
    "return_review": {"operator", "centre lead"},
    "accepted": {"handler"},
    "handling": {"handler"},
    "awaiting_enterprise": {"liaison"},
    "parked": {"handler"},
    "replied": {"liaison"},
    "replied, by centre": {"operator", "centre lead"},
    "closed": set(),
    "withdrawn": set(),
}
# By whose name the holder goes, to those who are not it.
HOLDER: dict[str, tuple[str, str]] = {
    "submitted": ("平台", "the platform"),
    "triage": ("区综治中心", "governance centre"),
    "dispatched": ("区人社局", "区人社局"),
    "return_review": ("区综治中心", "governance centre"),
    "accepted": ("区人社局", "区人社局"),
    "handling": ("区人社局", "区人社局"),
    "awaiting_enterprise": ("企业联系人", "the enterprise's contact"),
    "parked": ("区人社局", "区人社局"),
    "replied": ("企业联系人", "the enterprise's contact"),
    "replied, by centre": ("区综治中心", "governance centre"),
}
CLOCK = {
    "triage": pb.CLOCK_KIND_TRIAGE,
    "dispatched": pb.CLOCK_KIND_ACCEPT,
    "return_review": pb.CLOCK_KIND_APPROVAL,
    "accepted": pb.CLOCK_KIND_CLASSIFY,
    "handling": pb.CLOCK_KIND_HANDLE,
    "awaiting_enterprise": pb.CLOCK_KIND_INFO,
    "parked": pb.CLOCK_KIND_PARK_REVIEW,
    "replied": pb.CLOCK_KIND_RATING,
    "replied, by centre": pb.CLOCK_KIND_LOOK_BACK,
}
PRODUCT = list(itertools.product(ACTS, WHO, LANGUAGES))


def caller(who: str, language: Language = "zh") -> Caller:
    role, unit = WHO[who]
    enterprise = uuid4() if who == "liaison" else None
    actor = Actor(
        subject=str(uuid4()), roles=frozenset({int(role)}), unit_code=unit, organisation_id=enterprise, area_code=""
    )
    return Caller(actor, Heads("request", "", language, None, {}), None)  # type: ignore[arg-type]  # serves nobody


def demand(state: str) -> pb.Demand:
    """One with all the clocks that its state may have, of which one counts."""
    made = pb.Demand(id=str(uuid4()), serial="FH2026-000123", state=STATES.number(state.split(",")[0]))
    made.lead_unit_code, made.lead_unit_name = ("", "") if state in ("submitted", "triage") else (AGENCY, "区人社局")
    made.holder = pb.PARTY_CENTRE if state.endswith("by centre") else pb.PARTY_LIAISON
    for stamp in (made.submitted_at, made.updated_at, made.closed_at if state in OVER else made.held_since):
        stamp.FromDatetime(SINCE)
    made.clocks.add(kind=pb.CLOCK_KIND_TOTAL).started_at.FromDatetime(SINCE)
    for kind in (*CLOCK.values(), pb.CLOCK_KIND_CONTACT, pb.CLOCK_KIND_OPINION, pb.CLOCK_KIND_ORDER):
        clock = made.clocks.add(kind=kind)
        clock.started_at.FromDatetime(SINCE)
        counts = kind == CLOCK.get(state)
        clock.due_at.FromDatetime(DUE if counts else datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
        if not counts and kind in CLOCK.values():
            clock.stopped_at.FromDatetime(SINCE)
    return made


def test_the_table_names_every_state() -> None:
    assert {state.split(",")[0] for state in ACTS} == set(get_args(StateWord))


@pytest.mark.parametrize(("state", "who", "language"), PRODUCT)
def test_a_status_says_who_since_until_what_next_and_whom_to_call(state: str, who: str, language: Language) -> None:
    text = demand_line(demand(state), caller(who, language))["status_text"]
    zh = language == "zh"
    assert not any(sign in text for sign in "{}_")
    assert "  " not in text
    assert ("11月23日起" if zh else "since 23 November") in text
    if state in OVER:
        assert ("没有后续期限" if zh else "no time limit runs") in text
        assert ("不再由任何" if zh else "nobody holds it any more") in text
    else:
        until = ("于11月25日前", "by 25 November") if state in CLOCK else ("尽快", "as soon as possible")
        assert until[0 if zh else 1] in text
    following = text.split("下一步：" if zh else "Next: ")[1]
    assert len(following.split("。" if zh else ". ")[0]) >= 4
    office = following.split("请致电" if zh else "call ")[1]
    offices = ("区综治中心", "区人社局", "企业联系人") if zh else ("governance centre", "区人社局", "enterprise's contact")
    assert any(name in office for name in offices)
    if state not in OVER and who != "liaison":
        acts = who in ACTS[state]
        assert (("请您" if zh else "please") in text) == acts
        assert acts or HOLDER[state][0 if zh else 1] in text.split("下一步" if zh else "Next")[0]


@pytest.mark.parametrize(("state", "language"), list(itertools.product(ACTS, LANGUAGES)))
def test_an_enterprise_reads_other_words_than_staff(state: str, language: Language) -> None:
    shown = demand(state)
    own = demand_line(shown, caller("liaison", language))["status_text"]
    assert own not in {demand_line(shown, caller(who, language))["status_text"] for who in WHO if who != "liaison"}
    if language == "zh":
        assert "您" in own


@pytest.mark.parametrize("state", CLOCK)
def test_the_clock_that_counts_is_the_one_of_the_state(state: str) -> None:
    line = demand_line(demand(state), caller("operator"))
    assert line["due_at"] == DUE
    assert demand_line(demand("closed"), caller("operator"))["due_at"] is None
    total = next(clock for clock in line["clocks"] if clock["kind"] == "total")
    assert (total["due_at"], total["first_due_at"], total["paused_at"]) == (None, None, None)


def test_a_day_of_another_year_is_told_with_its_year() -> None:
    parked = Standing("parked", date(2026, 11, 23), date(2027, 2, 1), "reference", "区人社局")
    assert "于2027年2月1日前复核" in status_text(parked, Reader.ENTERPRISE, "zh")
    assert "by 1 February 2027" in status_text(parked, Reader.HANDLER, "en")


def test_an_agency_that_does_not_know_the_enterprise_is_not_sent_to_it() -> None:
    replied = demand("replied")
    assert "致电企业联系人" in demand_line(replied, caller("handler"))["status_text"]
    replied.shielded = True
    assert "致电区综治中心" in demand_line(replied, caller("handler"))["status_text"]


@pytest.mark.parametrize("paused", [True, False])
def test_a_request_is_told_with_whose_yes_it_waits_for(paused: bool) -> None:
    asking = demand("accepted")
    asked = asking.clocks.add(kind=pb.CLOCK_KIND_APPROVAL, holder=pb.PARTY_AGENCY_LEAD)
    asked.due_at.FromDatetime(DUE)
    if paused:
        for clock in asking.clocks:
            if clock.kind == pb.CLOCK_KIND_CLASSIFY:
                clock.paused_at.FromDatetime(SINCE)
    read = {who: demand_line(asking, caller(who))["status_text"] for who in WHO}
    assert read["lead"].endswith("有一项申请请您于11月25日前决定。")
    assert read["operator"].endswith("有一项申请由区人社局分管负责人于11月25日前决定。")
    assert read["liaison"].endswith("办理意见正在审核。")
    assert ("请您" in read["handler"]) != paused
    asked.holder = pb.PARTY_CENTRE
    assert "Please decide a request by 25 November." in demand_line(asking, caller("operator", "en"))["status_text"]


def _hidden() -> Iterator[tuple[str, dict[str, Any]]]:
    shown = demand("handling")
    shown.approvals.add(id=str(uuid4()), kind=pb.APPROVAL_KIND_EXTENSION, state=pb.APPROVAL_STATE_PENDING)
    shown.look_back.origin = pb.LOOK_BACK_ORIGIN_REST
    shown.co_handlers.add(unit_code="justice", unit_name="区司法局", opinion="同意主办意见")
    shown.orders.add(id=str(uuid4()), level=pb.ORDER_LEVEL_ORDER)
    for who in WHO:
        yield who, dict(demand_out(shown, caller(who)))


def test_what_is_between_staff_stays_there() -> None:
    for who, shown in _hidden():
        of_staff = (len(shown["approvals"]), len(shown["orders"]), bool(shown["look_back"]))
        assert of_staff == ((0, 0, False) if who == "liaison" else (1, 1, True)), who
        assert bool(shown["co_handlers"][0]["opinion"]) == (who != "liaison")
