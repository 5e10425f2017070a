"""What the documents promise is there, and what operators need is in them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from pydantic_settings import BaseSettings

import services.notify.sender  # noqa: F401 - registers its metrics
from services.courses.settings import CoursesSettings
from services.dispatch.settings import DispatchSettings
from services.gateway.settings import GatewaySettings
from services.notify.settings import NotifySettings
from services.registry.settings import RegistrySettings

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text("utf-8")
SETTINGS: tuple[type[BaseSettings], ...] = (
    RegistrySettings,
    DispatchSettings,
    CoursesSettings,
    NotifySettings,
    GatewaySettings,
)
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_operations_tell_every_setting_and_no_other() -> None:
    real = {f"FAHU_{name.upper()}" for kind in SETTINGS for name in kind.model_fields}
    assert set(re.findall(r"FAHU_[A-Z0-9_]+", OPERATIONS)) == real


@pytest.mark.parametrize("service", ["registry", "dispatch", "courses", "notify"])
def test_operations_tell_every_command(service: str) -> None:
    command = [sys.executable, "-m", f"services.{service}", "no-such-command"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    known = set(ran.stderr.strip().rpartition("serve, ")[2].split(", "))
    rows = [row.split("`")[1] for row in OPERATIONS.splitlines() if row.startswith("| `")]
    told = {row.split()[1] for row in rows if service in row.split()[0].replace("\\", "").split("|")}
    assert told == known


def test_operations_tell_every_metric() -> None:
    ours = ("fahu_", "grpc_server_", "http_server_")
    names = {metric.name for metric in REGISTRY.collect() if metric.name.startswith(ours)}
    assert [name for name in sorted(names) if name not in OPERATIONS] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    paths = re.findall(r"`((?:kit|services|proto|stack|benchmarks|scripts|docs)/[\w./-]+)`", text)
    wanted = [page.parent / link for link in links] + [ROOT / path for path in paths]
    assert [str(target) for target in wanted if not target.exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_make_has_what_the_documents_tell_to_make(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = set(re.findall(r"(?:`|    )make ([a-z-]+)", page.read_text("utf-8")))
    assert told <= targets


def test_decisions_are_numbered_without_gaps() -> None:
    assert [page.name[:4] for page in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.name[:4])
def test_a_decision_is_a_page_with_one_line_to_quote(page: Path) -> None:
    text = page.read_text("utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "Alternatives"]
    assert len(re.findall(r"^> ", text, re.MULTILINE)) == 1
    assert len(text.splitlines()) <= 50
