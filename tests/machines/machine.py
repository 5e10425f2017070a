"""The machine: a few demands of one enterprise, everybody acting on them, legal or not, and time that moves on."""

from collections import Counter
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID, uuid4

from fahu.dispatch.v1 import demand_pb2 as pb
from fahu.dispatch.v1 import dispatch_service_pb2 as rpc
from fahu.dispatch.v1 import on_behalf_service_pb2 as on_behalf_rpc
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from kit.auth import Actor
from kit.errors import ServiceError
from services.dispatch import rules
from services.dispatch.rules import Action, Party
from tests.dispatch.conftest import REQUESTS, draft
from tests.dispatch.test_rules import ALLOWED
from tests.machines import checks
from tests.machines.cast import Enterprise, Look, everybody, has_say, sees
from tests.machines.checks import REFUSAL, documented, hold
from tests.machines.content import ACTIONS, CONTENT, Scene
from tests.machines.habits import ANYWHERE, BEGINNINGS, DECISIONS, FORWARD, LIKELY, STARTS, Deed, filled, has_point
from tests.machines.stage import RULES, Stage

T = TypeVar("T")
STEPS = 45
MOST = 2  # demands in a sequence


class DemandMachine(RuleBasedStateMachine):
    """One sequence. Everything that happens goes through `_served`."""

    stage: ClassVar[Stage]
    figures: ClassVar[Counter[str]]
    moves: ClassVar[set[Action]]
    broken: ClassVar[list[str]]
    beginnings: ClassVar[Sequence[list[Deed]]] = BEGINNINGS

    @initialize(start=st.sampled_from(STARTS), data=st.data())
    def the_year_begins(self, start: datetime, data: Any) -> None:
        self.stage.now = start
        self.stage.sequences += 1
        self.enterprise = Enterprise(f"area {self.stage.sequences}")
        self.former, self.condition = uuid4(), f"待第{self.stage.sequences}号批复"
        self.looks: dict[UUID, Look] = {}
        self.last: tuple[Actor, str, Any] | None = None
        self.title = f"第{self.stage.sequences:05d}件事怎么办"  # by which this sequence's demands are found
        self.failed = self.drawn = self.replaced = False
        self.tables = 0
        self._everybody()
        self._run(self.stage.set_aside())
        self._run(self.stage.designate(self.enterprise))
        if beginning := data.draw(st.sampled_from(self.beginnings), label="beginning"):
            self._begin(*beginning)
        elif not data.draw(st.booleans(), label="filed together") or not self._file(data):
            self._submit(data)

    def _begin(self, sent: Deed, *deeds: Deed) -> None:
        name, method, fields = sent
        self._send(self.actors[name], method, draft(title=self.title, **fields), documented(method), must_fail=False)
        for name, method, fields in deeds:
            (look,) = self.looks.values()
            self._ask(self.actors[name], method, look, filled(method, fields, look, self.condition, self.stage.workday))

    def _everybody(self) -> None:
        self.actors = everybody(self.enterprise, self.former, self.stage.neighbour)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self.stage.run(work)
        except checks.Broken as error:
            self.failed = True
            self.broken.append(error.letter)
            raise
        except BaseException:
            self.failed = True
            raise

    # What people do

    @precondition(lambda self: len(self.looks) < MOST)
    @rule(data=st.data())
    def another_demand_is_sent(self, data: Any) -> None:
        self._submit(data)

    def _submit(self, data: Any) -> None:
        """By the contact, or for it by the town or the centre; some are about an agency, or before a court."""
        name = data.draw(st.sampled_from(["own contact", "own contact", "own contact", "town officer", "centre operator"]))
        fields, fits = self._drafted(data)
        if name != "own contact":
            fields |= {"channel": pb.CHANNEL_PHONE, "enterprise_id": str(self.enterprise.id)}
        request, reasons = draft(**fields), documented("SubmitDemand")
        if not self._send(self.actors[name], "SubmitDemand", request, reasons, must_fail=not fits):
            request.subject_unit_code, request.request_id = "", uuid4().hex
            self._send(self.actors[name], "SubmitDemand", request, reasons, must_fail=False)

    def _drafted(self, data: Any) -> tuple[dict[str, Any], bool]:
        """What a demand says, and whether it can be taken in."""
        fields: dict[str, Any] = {"title": self.title}
        fields["category_code"] = data.draw(st.sampled_from(["hrss", "hrss", "eco_env", "unsure", "court"]))
        fields["shielded"] = data.draw(st.sampled_from([False, False, True]))
        about = data.draw(st.sampled_from(["", "", "", "", "eco_env", "hrss", "market_reg", "before court", "nobody"]))
        known = {"before_court": True} if about == "before court" else {"subject_unit_code": about}
        return fields | known, about != "nobody"

    def _file(self, data: Any) -> bool:
        """Several at once on the enterprise's behalf: all of them, or none where one cannot be taken in."""
        drafted = [self._drafted(data) for _ in range(MOST)]
        more: dict[str, Any] = {"kind": pb.DEMAND_KIND_DEMAND, "body": "想了解程序。"}
        more["enterprise_id"] = str(self.enterprise.id)
        filed = [on_behalf_rpc.FiledDemand(**fields, **more) for fields, _ in drafted]
        request = on_behalf_rpc.FileDemandsRequest(channel=pb.CHANNEL_PHONE, demands=filed, request_id=uuid4().hex)
        actor = self.actors[data.draw(st.sampled_from(["town officer", "centre operator", "other town's officer"]))]
        fits = all(fits for _, fits in drafted) and actor.area_code != "none"
        return self._send(actor, "FileDemands", request, frozenset(() if fits else ("DEMANDS_INVALID",)), must_fail=not fits)

    @rule(data=st.data())
    def somebody_acts(self, data: Any) -> None:
        look = self._one(data)
        self._by_one_who_may(data, look, LIKELY[look.state])

    @rule(data=st.data())
    def somebody_acts_beside_it(self, data: Any) -> None:
        self._by_one_who_may(data, self._one(data), ANYWHERE)

    @rule(data=st.data())
    def it_goes_on(self, data: Any) -> None:
        look = self._one(data)
        self._by_one_who_may(data, look, FORWARD[look.state])

    @precondition(lambda self: any(look.pending for look in self.looks.values()))
    @rule(data=st.data())
    def what_waits_is_decided(self, data: Any) -> None:
        look = data.draw(st.sampled_from([look for look in self.looks.values() if look.pending]), label="demand")
        assert look.pending
        decider = rules.AGENCY_LEAD if look.pending["stage"] == Party.AGENCY_LEAD else rules.CENTRE_LEAD
        self._by_one_who_may(data, look, DECISIONS, decider)

    @rule(data=st.data())
    def somebody_acts_on_what_they_saw_before(self, data: Any) -> None:
        look = self._one(data)
        self._by_one_who_may(data, look, LIKELY[look.state], stale=True)

    # Chance takes each rule as often as any other.
    somebody_acts_again = rule(data=st.data())(lambda self, data: self.somebody_acts(data))
    and_again = rule(data=st.data())(lambda self, data: self.somebody_acts(data))
    it_still_goes_on = rule(data=st.data())(lambda self, data: self.it_goes_on(data))

    def _one(self, data: Any) -> Look:
        found: Look = data.draw(st.sampled_from(list(self.looks.values())), label="demand")
        return found

    def _by_one_who_may(
        self, data: Any, look: Look, methods: list[str], roles: frozenset[int] | None = None, stale: bool = False
    ) -> None:
        """Somebody makes a move that is theirs and that the state allows; nothing happens where there is none."""
        among = {name: actor for name, actor in self.actors.items() if roles is None or actor.roles & roles}
        may = {one: [name for name in among if self._may(among[name], one, look)] for one in methods if has_point(one, look)}
        if possible := [one for one in methods if may.get(one)]:
            method = data.draw(st.sampled_from(possible), label="does")
            self._request(data, data.draw(st.sampled_from(may[method]), label="who"), method, look, stale)

    def _may(self, actor: Actor, method: str, look: Look) -> bool:
        if not RULES[method].admits(actor) or not sees(actor, look, self.enterprise.liaison):
            return False
        return any(has_say(actor, action, look) for action in ACTIONS[method] & ALLOWED[look.state])

    @rule(data=st.data(), name=st.integers(0, 99), method=st.sampled_from(sorted(CONTENT)), stale=st.integers(0, 9))
    def somebody_tries_something(self, data: Any, name: int, method: str, stale: int) -> None:
        """Whoever, whatever, whenever."""
        names = list(self.actors)
        self._request(data, names[name % len(names)], method, self._one(data), stale=stale == 9)

    @rule(data=st.data())
    def one_with_two_hats_tries(self, data: Any) -> None:
        """Who sees everything in one office and has a say in another: no guard may mix the two up."""
        look = self._one(data)
        method = data.draw(st.sampled_from(LIKELY[look.state]), label="does")
        self._request(data, "supervisor who handles at eco_env", method, look)

    def _request(self, data: Any, name: str, method: str, look: Look, stale: bool = False) -> None:
        actor = self.actors[name]
        fields = CONTENT[method](Scene(data.draw, self.stage, look, self.condition))
        self._ask(actor, method, look, fields, stale)

    def _ask(self, actor: Actor, method: str, look: Look, fields: dict[str, Any], stale: bool = False) -> None:
        version = look.row["version"] - stale
        on = rpc.Precondition(demand_id=str(look.id), expected_version=version, request_id=uuid4().hex)
        reasons, must_fail = self._forecast(actor, method, look, stale)
        request = REQUESTS[method](on=on, **fields)
        if self._send(actor, method, request, reasons, must_fail):
            self.last = (actor, method, request)

    def _forecast(self, actor: Actor, method: str, look: Look, stale: bool) -> tuple[frozenset[str], bool]:
        """The reasons that a request may be refused for, and whether it must be refused."""
        if not RULES[method].admits(actor):
            return frozenset({"PERMISSION_DENIED"}), True
        if not sees(actor, look, self.enterprise.liaison):
            return frozenset({"DEMAND_NOT_FOUND"}), True
        if stale:
            return frozenset({"STALE_VERSION"}), True
        known = documented(method) - {"DEMAND_NOT_FOUND", "STALE_VERSION"}
        known -= {"SUBJECT_AGENCY"} if not look.row["subject_unit_code"] else set()
        known -= {"JUDICIAL_MATTER"} if not look.row["judicial"] else set()
        theirs = [has_say(actor, action, look) for action in ACTIONS[method] & ALLOWED[look.state]]
        return known if theirs and all(theirs) else known | {"PERMISSION_DENIED"}, not any(theirs)

    @precondition(lambda self: self.last is not None)
    @rule(other=st.booleans())
    def a_request_comes_again(self, other: bool) -> None:
        """Served before, it changes nothing more; with other content it is another request under a used id."""
        assert self.last
        actor, method, request = self.last
        look = self.looks[UUID(request.on.demand_id)]
        if other:
            again = type(request)()
            again.CopyFrom(request)
            again.on.expected_version += 1
            request = again
        seen = sees(actor, look, self.enterprise.liaison)
        reason = "" if seen and not other else "IDEMPOTENCY_KEY_REUSED" if seen else "DEMAND_NOT_FOUND"
        before = {one: found.digest for one, found in self.looks.items()}
        self._send(actor, method, request, frozenset({reason}), must_fail=bool(reason))
        hold(REFUSAL, before == {one: found.digest for one, found in self.looks.items()}, method, "took effect twice")

    # What comes of it

    def _send(self, actor: Actor, method: str, request: Any, reasons: frozenset[str], must_fail: bool) -> bool:
        """Have a request served or refused, and look at what it did. Whether it was served."""
        return self._run(self._served(actor, method, request, reasons, must_fail))

    async def _served(self, actor: Actor, method: str, request: Any, reasons: frozenset[str], must_fail: bool) -> bool:
        self.figures["steps"] += 1
        before, reason = self.looks, ""
        try:
            await self.stage.call(actor, method, request)
        except ServiceError as error:
            reason = error.reason
        except Exception as error:
            checks.raise_from(error)
        changed = await self._look()
        if reason:
            self.figures["refused"] += 1
            hold(REFUSAL, not changed, method, "refused with", reason, "and changed", changed)
            hold(REFUSAL, reason in reasons, method, "by", actor, "refused with", reason, "not with", sorted(reasons))
            return False
        hold(REFUSAL, not must_fail, method, "by", actor, "was served, should be refused with", sorted(reasons))
        checks.check_moves(self.stage, before, self.looks)
        self.moves.update(action for action, _ in self.stage.taken)
        return True

    async def _look(self) -> Sequence[UUID]:
        """See what became of the demands, and whether it is as it must be. Returns those that changed."""
        found = {look.id: look for look in await self.stage.looks(self.enterprise.id)}
        changed = [one for one, look in found.items() if one not in self.looks or self.looks[one].digest != look.digest]
        self.looks = found
        await checks.check_step(self.stage, list(found.values()), changed)
        return changed

    # What time does

    @rule(hours=st.sampled_from([0, 0, 1, 1, 5, 24]))
    def time_passes(self, hours: int) -> None:
        self._pass(timedelta(hours=hours))

    @rule(days=st.sampled_from([7, 7, 16, 32, 95]))
    def weeks_pass(self, days: int) -> None:
        self._pass(timedelta(days=days))

    def _pass(self, time: timedelta) -> None:
        self.stage.now += time
        self._run(self._swept())

    async def _swept(self) -> None:
        self.figures["steps"] += 1
        before = self.looks
        await self.stage.sweep()
        await self._look()
        checks.check_moves(self.stage, before, self.looks)
        checks.check_time(self.stage, before, self.looks)
        self.moves.update(action for action, _ in self.stage.taken)

    def teardown(self) -> None:
        """What costs more to look at."""
        if not hasattr(self, "failed") or self.failed:
            return
        self._run(self._end())
        self.figures["sequences"] += 1

    async def _end(self) -> None:
        looks, liaison = list(self.looks.values()), self.enterprise.liaison
        # A third of them, the others at the ends of other sequences; the same ones when a sequence is played again.
        third = sum(look.row["version"] for look in looks) % 3
        some = dict(list(self.actors.items())[third::3])
        await checks.check_sight(self.stage, looks, some, liaison)
        await checks.check_end(self.stage, looks)
