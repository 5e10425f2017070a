"""The negative controls: same load, same checker, a platform without one of its safeguards. They must find fault."""

import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from stack.supervisor import Stack
from tests.chaos.checker import Verdict, judge
from tests.chaos.history import History
from tests.chaos.killer import Blow, Killer
from tests.chaos.load import Load
from tests.chaos.numbers import Numbers
from tests.chaos.outages import delete_store, quiet, rebuild
from tests.chaos.people import signed_in
from tests.chaos.points import Armoury
from tests.chaos.sightings import look

Tell = Callable[[str], None]
Mischief = Callable[[Stack, Armoury, Load], Awaitable[None]]
DEATHS = 3
UNMASK = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'notification'::regclass AND contype = 'u' LOOP
    EXECUTE format('ALTER TABLE notification DROP CONSTRAINT %I', name);
  END LOOP;
END $$
"""


async def without_inbox(numbers: Numbers, seed: int, folder: Path, _tell: Tell) -> Verdict:
    """Notify that remembers no event, then a bus rebuilt: messages must be doubled."""
    begun = datetime.now(UTC)

    async def mischief(stack: Stack, _armoury: Armoury, load: Load) -> None:
        with psycopg.connect(stack.database_url("notify"), autocommit=True) as connection:
            connection.execute(UNMASK)
        await load.send(numbers.control_demands)
        await quiet(stack)
        await delete_store(stack)
        await rebuild(stack, begun)

    return await _control("no-inbox", numbers, seed, folder, {"notify": ("-m", "tests.chaos.unsafe_notify")}, mischief)


async def without_outbox(numbers: Numbers, seed: int, folder: Path, tell: Tell) -> Verdict:
    """Dispatch that keeps no event, killed right after its commits: messages must be lost."""

    async def mischief(stack: Stack, armoury: Armoury, load: Load) -> None:
        killer = Killer(stack, armoury, random.Random(seed), lambda: load.acknowledged, tell)
        blows = [Blow("dispatch", "submit.after_write", number) for number in range(DEATHS)]
        await load.send_while(killer.strike_all(blows), numbers.pause_seconds)

    return await _control("no-outbox", numbers, seed, folder, {"dispatch": ("-m", "tests.chaos.unsafe_dispatch")}, mischief)


async def _control(
    name: str, numbers: Numbers, seed: int, folder: Path, commands: Mapping[str, Sequence[str]], mischief: Mischief
) -> Verdict:
    """A stack with one program replaced: load and mischief, quiet, judgement."""
    armoury, history = Armoury(folder / name / "faults"), History(folder / f"{name}.jsonl")
    stack = Stack(name, folder / name, commands=commands, env_overrides=armoury.environments, demo_data="minimal")
    async with stack, signed_in(stack, numbers.clients) as people:
        async with Load(stack.url(), people, history, random.Random(seed), name) as load:
            await mischief(stack, armoury, load)
        await quiet(stack)
        verdict = judge(history, await look(stack), {unit: person.id for unit, person in people.agencies.items()})
    history.close()
    return verdict


CONTROLS: dict[str, Callable[[Numbers, int, Path, Tell], Coroutine[Any, Any, Verdict]]] = {
    "without inbox": without_inbox,
    "without outbox": without_outbox,
}
