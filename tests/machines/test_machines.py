"""Two hundred and more random lives of demands, everybody acting: what must hold does, and breaks where one guard is off."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from services.dispatch.__main__ import SERVICES
from services.dispatch.rules import Action
from tests.conftest import MakeDatabase
from tests.dispatch.conftest import migrated
from tests.machines import stage as stages
from tests.machines.beside import WholeMachine
from tests.machines.checks import INVARIANTS, Broken
from tests.machines.content import ACTIONS, CONTENT
from tests.machines.controls import CONTROLS, Control
from tests.machines.habits import BEGINNINGS, Deed
from tests.machines.machine import STEPS
from tests.machines.stage import Stage

# Many short runs see more than a long one, which keeps near to what it saw before.
SEEDS, OF_EACH = range(1, 7), 40
SEEDS_OF_A_CONTROL, OF_EACH_OF_A_CONTROL = range(11, 21), 12
STEPS_NEAR_IT = 15
# No request leads to these moves yet. The test fails once one is taken: it is to be taken off here.
UNREACHABLE: dict[Action, str] = {}
LINE = (
    f"machines: sequences={{sequences}} steps={{steps}} refused={{refused}} moves={{moves}}/{len(Action) - len(UNREACHABLE)}"
    f" invariants={len(INVARIANTS)} violated={{violated}} controls_failed={{controls_failed}}/{len(CONTROLS)}"
)
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def built(make_database: MakeDatabase) -> Iterator[Stage]:
    stage = stages.build(make_database("dispatch", migrated))
    yield stage
    stages.tear_down(stage)


@pytest.fixture
def stage(built: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    stages.wire(built, monkeypatch)
    return built


@pytest.fixture
def parts(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that the processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "machines"
    shared.mkdir(exist_ok=True)
    return shared


def machine(stage: Stage, beginnings: Sequence[list[Deed]] = BEGINNINGS) -> Any:
    figures: dict[str, Any] = {"stage": stage, "figures": Counter(), "moves": set(), "broken": []}
    return type("Demands", (WholeMachine,), figures | {"beginnings": beginnings})


def play_all(kind: Any, seeds: Iterable[int], of_each: int, steps: int) -> None:
    """The same sequences each time, up to the first that breaks something."""
    for number in seeds:
        play(kind, number, of_each, steps)


def play(kind: Any, number: int, sequences: int, steps: int = STEPS) -> None:
    bounds = settings(
        max_examples=sequences,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(kind), settings=bounds)


def _is_about_a_demand(method: Any) -> bool:
    on = method.input_type.fields_by_name.get("on")
    return on is not None and on.message_type.name == "Precondition"


def test_every_request_that_changes_a_demand_is_made_by_the_machines() -> None:
    methods = {method.name for service in SERVICES for method in service.methods if _is_about_a_demand(method)}
    assert methods == set(CONTENT) == set(ACTIONS)


@pytest.mark.parametrize("number", SEEDS)
def test_what_must_hold_of_every_demand_holds(stage: Stage, parts: Path, number: int, record_property: Record) -> None:
    kind = machine(stage)
    try:
        play(kind, number, OF_EACH)
    finally:
        found = {"moves": sorted(map(str, kind.moves)), "violated": len(kind.broken), **kind.figures}
        record_property("figures", (LINE, found))
    assert kind.figures["sequences"] >= OF_EACH
    check_all_were_taken(parts, number, kind.moves)


def check_all_were_taken(parts: Path, number: int, moves: set[Action]) -> None:
    """Whoever is through last, in whichever process, finds what all took together."""
    written = parts / f"{number}.writing"
    written.write_text("\n".join(moves))
    written.rename(parts / f"{number}.moves")
    found = [path.read_text().split() for path in parts.glob("*.moves")]
    if len(found) == len(SEEDS):
        taken = {Action(name) for part in found for name in part}
        assert {action: action in taken for action in Action} == {one: one not in UNREACHABLE for one in Action}


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.off.__name__)
def test_a_guard_that_is_off_is_found_out(
    stage: Stage, control: Control, monkeypatch: pytest.MonkeyPatch, record_property: Record
) -> None:
    near = control.near
    kind = machine(stage, [near] if near else BEGINNINGS)
    control.off(monkeypatch)
    with pytest.raises(Broken):
        play_all(kind, SEEDS_OF_A_CONTROL, OF_EACH_OF_A_CONTROL, STEPS_NEAR_IT if near else STEPS)
    assert kind.broken[0] == control.letter
    record_property("figures", (LINE, {"controls_failed": 1}))
