"""A check that cannot fail checks nothing: each is given a sample of what it is there to find."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts import check_contract, check_house, check_lock, check_sizes, generate_proto
from scripts.check_contract import Broken

ROOT = generate_proto.ROOT
PYPROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
DEMAND = "fahu/dispatch/v1/demand.proto"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def ruff(source: str, *options: str) -> str:
    """What ruff says, under the project's own configuration, of a file of a service."""
    command = [str(generate_proto.BIN / "ruff"), "check", "--output-format", "concise", *options]
    command += ["--stdin-filename", "services/dispatch/sample.py", "-"]
    return subprocess.run(command, input=source, cwd=ROOT, capture_output=True, text=True, check=False).stdout


@pytest.mark.parametrize("reading", ["import os\nprint(os.environ['A'])\n", "from os import getenv\ngetenv('A')\n"])
def test_the_environment_is_not_read_past_the_settings(reading: str) -> None:
    assert "TID251" in ruff(reading, "--select", "TID251")


# Contract of pyproject.toml → a file of the project and the line that breaks it.
FORBIDDEN_IMPORTS = {
    "Services never import one another": ("services/dispatch/rules.py", "import services.notify.rules"),
    "kit imports no service, no stack and no generated code but that of its own contract": (
        "kit/paging.py",
        "import fahu.dispatch.v1.demand_pb2",
    ),
    "Services run without stack, benchmarks and tests": ("services/registry/errors.py", "import stack.servers"),
    "stack runs without tests and benchmarks": ("stack/process.py", "import tests.signing"),
    "Rules decide without database, bus, calls or generated stubs": ("services/notify/rules.py", "import sqlalchemy"),
    "The gateway has no database": ("services/gateway/words.py", "import psycopg"),
    "Layers of dispatch": ("services/dispatch/queries/demands.py", "import services.dispatch.service.demands"),
    "Layers of courses": ("services/courses/queries/bookings.py", "import services.courses.service.bookings"),
    "Layers of registry": ("services/registry/newcomer.py", "A_FILE_THAT_NOBODY_GAVE_A_PLACE = True"),
    "Layers of notify": ("services/notify/texts.py", "import services.notify.servicer"),
    "Layers of gateway": ("services/gateway/problems.py", "import services.gateway.routes.demands"),
}


def test_every_import_contract_can_be_broken(tmp_path: Path) -> None:
    for folder in ("kit", "services", "stack", "benchmarks", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in FORBIDDEN_IMPORTS.values():
        with (tmp_path / name).open("a") as file:
            file.write(f"\n{line}\n")
    command = [str(generate_proto.BIN / "lint-imports"), "--no-logo", "--no-cache"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    said = " ".join(ran.stdout.split())
    kept = [contract for contract in FORBIDDEN_IMPORTS if f"{contract} BROKEN" not in said]
    assert ran.returncode == 1
    assert not kept, ran.stdout
    assert PYPROJECT.count("[[tool.importlinter.contracts]]") == len(FORBIDDEN_IMPORTS)


SIZES = """
[tool.fahu.sizes]
folders = ["kit"]
file_lines = 10
function_lines = 4
exempt = {exempt}
"""
LONG_FUNCTION = "def long() -> None:\n" + "    print()\n" * 4


def sizes_of(root: Path, exempt: str = "[]") -> list[str]:
    write(root / "pyproject.toml", SIZES.format(exempt=exempt))
    budget = check_sizes.budget_of(root)
    found = [excess for path in check_sizes.sources(root, budget) for excess in check_sizes.excesses(path, budget)]
    return found + list(check_sizes.idle_exemptions(root, budget))


def test_long_files_and_functions_are_found(tmp_path: Path) -> None:
    write(tmp_path / "kit/short.py", "A = 1\n" * 10)
    assert sizes_of(tmp_path) == []
    write(tmp_path / "kit/long.py", "A = 1\n" * 11)
    write(tmp_path / "kit/deep/function.py", LONG_FUNCTION)
    file, function = sorted(sizes_of(tmp_path), key=len, reverse=True)
    assert "the file has 11 lines" in file
    assert "1: long has 5 lines" in function


def test_an_exemption_holds_and_one_that_nobody_needs_is_told(tmp_path: Path) -> None:
    write(tmp_path / "kit/long.py", LONG_FUNCTION)
    assert sizes_of(tmp_path, '["kit/long.py"]') == []
    assert "kit/other.py" in sizes_of(tmp_path, '["kit/long.py", "kit/other.py"]')[0]


# Rule → file, and what breaks the rule there.
AGAINST_THE_HOUSE = {
    "publish": ("services/dispatch/service/demands.py", "async def tell(bus):\n    await bus.publish('fahu.x', b'')\n"),
    "commit": ("services/dispatch/queries/demands.py", "async def write(session):\n    await session.commit()\n"),
    "import": ("services/notify/sender.py", "class Sender:\n    sessions = async_sessionmaker(create_async_engine('x'))\n"),
    "try": (
        "services/gateway/routes/demands.py",
        "@router.get('')\nasync def read(caller):\n    try:\n        return 1\n    except ValueError:\n        return 2\n",
    ),
}
NOT_AGAINST_IT = """
class Servicer:
    def __init__(self, url):
        self.database = Database(url)

def serve():
    settings = DispatchSettings()
    return lambda: Database(settings.url)
"""


@pytest.mark.parametrize("rule", check_house.RULES, ids=lambda rule: rule.name)
def test_every_house_rule_finds_what_it_forbids(rule: check_house.Rule, tmp_path: Path) -> None:
    path, source = AGAINST_THE_HOUSE[rule.name]
    write(tmp_path / path, source)
    found = list(check_house.breaches(tmp_path, {}))
    assert found
    assert all(breach.startswith(f"{path}:") and rule.message in breach for breach in found)
    assert list(check_house.breaches(tmp_path, {rule.name: [path]})) == []


def test_the_house_lets_a_composition_root_be(tmp_path: Path) -> None:
    write(tmp_path / "services/dispatch/servicer.py", NOT_AGAINST_IT)
    assert list(check_house.breaches(tmp_path, {})) == []


@pytest.fixture
def proto(tmp_path: Path) -> Path:
    """A copy of the contract, to be spoilt."""
    return Path(shutil.copytree(generate_proto.PROTO, tmp_path / "proto"))


def spoil(proto: Path, name: str, good: str, bad: str) -> None:
    text = (proto / name).read_text("utf-8")
    assert good in text
    write(proto / name, text.replace(good, bad, 1))


def test_a_field_without_a_comment_is_found(proto: Path) -> None:
    check_contract.check_lint(proto)
    spoil(proto, DEMAND, "  // Who holds the ball.\n", "")
    with pytest.raises(Broken, match="state"):
        check_contract.check_lint(proto)


def test_a_contract_in_another_form_is_found(proto: Path) -> None:
    check_contract.check_format(proto)
    spoil(proto, DEMAND, "  State state = 12;", "  State   state = 12;")
    with pytest.raises(Broken):
        check_contract.check_format(proto)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("  int32 round = 13;", "  int64 round = 13;"),
        ("  int32 round = 13;", "  int32 round = 143;"),
        ("  STATE_WITHDRAWN = 9;\n", ""),
    ],
)
def test_a_change_that_breaks_callers_is_found(proto: Path, good: str, bad: str) -> None:
    check_contract.check_breaking(generate_proto.PROTO, proto)
    spoil(proto, DEMAND, good, bad)
    with pytest.raises(Broken):
        check_contract.check_breaking(generate_proto.PROTO, proto)


def test_a_field_more_breaks_nobody(proto: Path) -> None:
    spoil(proto, DEMAND, "  int32 round = 13;", "  int32 round = 13;\n  // Another.\n  int32 another = 99;")
    check_contract.check_breaking(generate_proto.PROTO, proto)


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """git in an empty repository that the check takes for the project."""
    command = ["git", "-C", str(tmp_path), "-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false"]

    def run(*arguments: str) -> str:
        ran = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True)
        return ran.stdout.strip()

    run("init", "--initial-branch", "main")
    monkeypatch.setattr(check_contract, "ROOT", tmp_path)
    return run


def test_the_contract_is_compared_with_what_others_may_rely_on(git: Callable[..., str], tmp_path: Path) -> None:
    def commit(text: str) -> str:
        write(tmp_path / "proto/a.proto", text)
        git("add", "proto")
        git("commit", "--message", text)
        return git("rev-parse", "HEAD")

    first = commit("one")
    assert check_contract.base() == ""
    assert check_contract.compare() == "with nothing older to compare it with"
    second = commit("two")
    assert check_contract.base() == first
    write(tmp_path / "proto/a.proto", "not committed")
    assert check_contract.base() == second
    git("checkout", "--force", "-b", "work")
    commit("three")
    commit("four")
    assert check_contract.base() == second
    git("tag", "v0.1.0", first)
    assert check_contract.base() == "v0.1.0"
    before = check_contract.proto_of("v0.1.0", tmp_path / "unpacked")
    assert before is not None
    assert (before / "a.proto").read_text("utf-8") == "one"


def test_generated_code_that_was_edited_is_found(tmp_path: Path) -> None:
    edited = Path(shutil.copytree(generate_proto.GEN, tmp_path / "gen", ignore=shutil.ignore_patterns("__pycache__")))
    assert generate_proto.differences(edited, generate_proto.GEN) == []
    name = "fahu/access/v1/access_pb2.py"
    write(edited / name, (edited / name).read_text("utf-8") + "# edited\n")
    (edited / "fahu/dispatch/v1/demand_pb2.pyi").unlink()
    assert generate_proto.differences(edited, generate_proto.GEN) == [name, "fahu/dispatch/v1/demand_pb2.pyi"]


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A copy of what is asked for and of what is locked."""
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ('"httpx>=0.28",', '"httpx>=0.28",\n  "brotli>=1",', "brotli is not locked"),
        ('"orjson>=3.11",', '"orjson>=99",', "orjson is locked at"),
        ('  "xlsxwriter>=3.3",\n', "", "xlsxwriter is locked but no longer wanted"),
        ('  "psutil>=7",\n', "", "psutil is locked but no longer wanted"),
    ],
)
def test_a_lock_that_lags_behind_is_found(locked: Path, good: str, bad: str, told: str) -> None:
    assert list(check_lock.direct_drift(locked)) == []
    assert good in PYPROJECT
    write(locked / "pyproject.toml", PYPROJECT.replace(good, bad))
    assert any(told in drift for drift in check_lock.direct_drift(locked))


def test_an_address_in_a_lock_is_found(locked: Path) -> None:
    assert list(check_lock.addresses(locked)) == []
    with (locked / "requirements.lock").open("a") as file:
        file.write("--index-url https://example.org/simple\n")
    write(locked / "uv.lock", 'source = { registry = "https://example.org/simple" }\n')
    assert len(list(check_lock.addresses(locked))) == 2


def test_a_failing_check_fails_its_command(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", PYPROJECT)
    for path, source in AGAINST_THE_HOUSE.values():
        write(tmp_path / path, source + LONG_FUNCTION.replace("    print()\n", "    print()\n" * 20))
    for script in ("check_house", "check_sizes"):
        command = [sys.executable, "-m", f"scripts.{script}", str(tmp_path)]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ran.returncode == 1, script
        assert "services/" in ran.stderr
