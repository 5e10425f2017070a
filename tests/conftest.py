"""Real servers for every test: one PostgreSQL and one NATS for each worker, a fresh database where asked."""

import gc
import itertools
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
import uvloop
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from stack.servers import Nats, Postgres

# A platform takes 25 s to set up. The machines take long and the stage little: they fill what time is left in either worker.
WITH_A_PLATFORM, SPREAD = ("tests/gateway", "tests/journeys"), ("tests/machines",)
Migrate = Callable[[str], None]


class MakeDatabase(Protocol):
    def __call__(self, name_hint: str, migrate: Migrate) -> str: ...


@pytest.hookimpl
def pytest_asyncio_loop_factories() -> dict[str, Callable[[], uvloop.Loop]]:
    """The loop our processes run on."""
    return {"uvloop": uvloop.new_event_loop}


class OneWorkerEach(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Keeps in one worker the tests of a file, and those of a folder that share a running platform."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        if folder in SPREAD:
            return nodeid
        return folder if folder in WITH_A_PLATFORM else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneWorkerEach | None:
    """In place of xdist's own, which knows no groups since pytest's ids are no longer what it writes them to."""
    return OneWorkerEach(config, log) if config.getvalue("dist") == "load" else None


def pytest_collection_finish() -> None:
    """As our processes do it: spare the collector what lives as long as the run does. It takes a seventh of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the lines that tests recorded as their `summary`, and those that several share: `figures`, put together."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    shared: dict[str, list[dict[str, Any]]] = {}
    for report in reports:
        for name, value in getattr(report, "user_properties", ()):
            if report.when == "call" and name == "summary":
                terminalreporter.write_line(value)
            if report.when == "call" and name == "figures":
                shared.setdefault(value[0], []).append(value[1])
    for line, parts in shared.items():
        terminalreporter.write_line(line.format_map(_together(parts)))


def _together(parts: list[dict[str, Any]]) -> dict[str, int]:
    """Numbers add up; names are counted once, whoever named them."""
    found: defaultdict[str, int] = defaultdict(int)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for part in parts:
        for name, value in part.items():
            if isinstance(value, int):
                found[name] += value
            else:
                names[name].update(value)
    found.update({name: len(values) for name, values in names.items()})
    return found


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """Where this worker's servers keep their data. Not in pytest's folder: only its owner may enter that."""
    path = Path(tempfile.mkdtemp(prefix="fahu-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(server_dir: Path) -> Iterator[Postgres]:
    server = Postgres.start(server_dir / "postgres", fsync=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats_server(server_dir: Path) -> Iterator[Nats]:
    server = Nats.start(server_dir / "nats")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def make_database(postgres: Postgres) -> MakeDatabase:
    """Give the URL of a fresh migrated database: migrated once for each hint, then copied."""
    templates: dict[str, str] = {}
    numbers = itertools.count(1)

    def make(name_hint: str, migrate: Migrate) -> str:
        if name_hint not in templates:
            template = f"{name_hint}_template"
            postgres.create_database(template)
            migrate(postgres.url(template))
            templates[name_hint] = template
        name = f"{name_hint}_{next(numbers)}"
        postgres.create_database(name, templates[name_hint])
        return postgres.url(name)

    return make
