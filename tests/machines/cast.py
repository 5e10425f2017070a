"""Who acts in the machines, and a second opinion on who sees a demand and has a say in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from fahu.access.v1.access_pb2 import Role

from kit.auth import Actor
from services.dispatch import rules
from services.dispatch.rules import Action, State
from tests import signing

AGENCIES = ("hrss", "eco_env", "market_reg", "procuratorate")
UNITS = {**dict.fromkeys(AGENCIES, "AGENCY"), "centre": "CENTRE", "committee": "SUPERVISOR"}
SILENT_UNIT = "court"  # takes part, but has nobody to tell
LED = ("hrss", "eco_env", "procuratorate")  # market_reg has named no lead
CONTACTS: Mapping[str, UUID] = {unit: uuid4() for unit in UNITS}
LEADERS: Mapping[str, UUID] = {unit: uuid4() for unit in LED}
STAFF = frozenset({int(Role.ROLE_CENTRE_OPERATOR), int(Role.ROLE_CENTRE_LEAD), int(Role.ROLE_SUPERVISOR)})
OF_AGENCY = frozenset({int(Role.ROLE_AGENCY_CONTACT), int(Role.ROLE_AGENCY_HANDLER), int(Role.ROLE_AGENCY_LEAD)})
BY_PLATFORM = frozenset(
    {Action.ROUTE, Action.NEED_TRIAGE, Action.EXPIRE, Action.INFO_TIMEOUT, Action.REVIVE, Action.RESCHEDULE}
)
# What would tell court or procuratorate how to go about a matter before them: for nobody of elsewhere.
DIRECTING = frozenset({Action.ISSUE_ORDER, Action.RESUME, Action.DENY, Action.DENY_RETURN})


@dataclass
class Enterprise:
    """One for each sequence, in an area of its own, so that its demands can be listed apart."""

    area: str
    id: UUID = field(default_factory=uuid4)
    liaison: UUID = field(default_factory=uuid4)

    def contact(self) -> Actor:
        return signing.person(Role.ROLE_LIAISON, organisation=self.id, area=self.area, person_id=self.liaison)


def _agents(unit: str) -> dict[str, Actor]:
    agents = {
        f"{unit} contact": signing.person(Role.ROLE_AGENCY_CONTACT, unit=unit, person_id=CONTACTS[unit]),
        f"{unit} handler": signing.person(Role.ROLE_AGENCY_HANDLER, unit=unit),
    }
    if unit in LEADERS:
        agents[f"{unit} lead"] = signing.person(Role.ROLE_AGENCY_LEAD, unit=unit, person_id=LEADERS[unit])
    return agents


OFFICIALS: dict[str, Actor] = {
    **{name: actor for unit in AGENCIES for name, actor in _agents(unit).items()},
    "centre operator": signing.person(Role.ROLE_CENTRE_OPERATOR, unit="centre", person_id=CONTACTS["centre"]),
    "centre lead": signing.person(Role.ROLE_CENTRE_LEAD, unit="centre"),
    "supervisor": signing.person(Role.ROLE_SUPERVISOR, unit="committee", person_id=CONTACTS["committee"]),
    "supervisor who handles at eco_env": signing.person(Role.ROLE_SUPERVISOR, Role.ROLE_AGENCY_HANDLER, unit="eco_env"),
}
# Who answered or signed may come back in another office; four eyes go by the person too.
OFFICIALS["operator who handled at hrss"] = signing.person(
    Role.ROLE_CENTRE_OPERATOR, unit="centre", person_id=OFFICIALS["hrss handler"].person_id
)
OFFICIALS["supervisor who led hrss"] = signing.person(Role.ROLE_SUPERVISOR, unit="committee", person_id=LEADERS["hrss"])


def everybody(enterprise: Enterprise, former: UUID, neighbour: Enterprise) -> dict[str, Actor]:
    """All who act in a sequence. `former` spoke for the enterprise before."""
    return OFFICIALS | {
        "own contact": enterprise.contact(),
        "former contact": signing.person(Role.ROLE_LIAISON, organisation=enterprise.id, person_id=former),
        "neighbour": neighbour.contact(),
        "town officer": signing.person(Role.ROLE_AREA_OFFICER, unit=f"area-{enterprise.area}", area=enterprise.area),
        "other town's officer": signing.person(Role.ROLE_AREA_OFFICER, unit="area-none", area="none"),
    }


@dataclass(frozen=True, repr=False)
class Look:
    """A demand as the database has it, with what a next step may be about."""

    row: Mapping[str, Any]
    digest: str
    assistants: Sequence[str]
    pending: Mapping[str, Any] | None
    orders: Sequence[Mapping[str, Any]]
    granted: int
    replies: int

    def __repr__(self) -> str:
        waits = f", {self.pending['kind']} waits" if self.pending else ""
        return f"<{self.row['serial']} {self.state} at {self.lead or 'no agency'}{waits}>"

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """Hypothesis would print every column."""
        printer.text(repr(self))

    @property
    def id(self) -> UUID:
        return UUID(self.row["id"])

    @property
    def state(self) -> State:
        return State(self.row["state"])

    @property
    def lead(self) -> str:
        return str(self.row["lead_unit_code"])


def sees(actor: Actor, look: Look, liaison: UUID) -> bool:
    """Whether somebody sees a demand, said in other words than `queries.access` has for it."""
    own = actor.has(int(Role.ROLE_LIAISON)) and actor.organisation_id == UUID(look.row["enterprise_id"])
    if own and actor.person_id == liaison:
        return True
    unit = actor.unit_code
    if not unit or unit == look.row["subject_unit_code"]:
        return False
    if actor.roles & STAFF:
        return True
    if actor.roles & OF_AGENCY and (unit == look.lead or unit in look.assistants):
        return True
    return actor.has(int(Role.ROLE_AREA_OFFICER)) and unit == look.row["submitted_for_by_unit"]


def knows_whose(actor: Actor, look: Look, liaison: UUID) -> bool:
    """Whether somebody who sees a demand may learn whose it is."""
    own = actor.has(int(Role.ROLE_LIAISON)) and actor.person_id == liaison
    filed = bool(actor.unit_code) and actor.unit_code == look.row["submitted_for_by_unit"]
    return own or filed or not look.row["shielded"] or not actor.roles & OF_AGENCY


def has_say(actor: Actor, action: Action, look: Look) -> bool:
    """Whether an action is somebody's to take on this demand, whatever its state."""
    mine = actor.roles & STAFF
    heard = look.assistants if action is Action.GIVE_OPINION else [look.lead]
    if actor.unit_code and actor.unit_code in heard:
        mine |= actor.roles & OF_AGENCY
    if actor.organisation_id == UUID(look.row["enterprise_id"]):
        mine |= actor.roles & rules.LIAISON
    return bool(mine & rules.MOVES[action].roles)
