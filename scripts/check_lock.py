"""Whether requirements.lock is what pyproject.toml asks for, and no lock file names an address.

The lock is compiled again with its own pins as preferences, so a release that came out meanwhile is no drift. Where no
package index can be reached, the direct requirements alone are compared, and that is told.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"
# The options of `make lock`.
COMPILE = "pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url"
LOCKS = ("*.lock", "*-lock.json", "*lock.yaml", "pylock*.toml")
PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)")
ADDRESS = re.compile(r"\w+://")
UNREACHABLE = re.compile(r"Failed to fetch|error sending request|dns error|timed out", re.IGNORECASE)


def addresses(root: Path) -> Iterator[str]:
    """Places in lock files that say where a package came from."""
    for path in sorted(path for pattern in LOCKS for path in root.glob(pattern)):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if ADDRESS.search(line):
                yield f"{path.name}:{number}: a lock file names no address"


def requirements(root: Path) -> dict[str, Requirement]:
    """The direct requirements, by name."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    texts = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return {canonicalize_name(one.name): one for one in map(Requirement, texts)}


def locked(root: Path) -> tuple[dict[str, set[str]], set[str]]:
    """All pinned versions by name, and the names that the lock says were asked for directly."""
    pins: dict[str, set[str]] = {}
    direct: set[str] = set()
    name = ""
    for line in (root / "requirements.lock").read_text("utf-8").splitlines():
        if pin := PIN.match(line):
            name = canonicalize_name(pin[1])
            pins.setdefault(name, set()).add(pin[2])
        elif line.lstrip().startswith("#") and "(pyproject.toml" in line:
            direct.add(name)
    return pins, direct


def direct_drift(root: Path) -> Iterator[str]:
    """What of the direct requirements the lock lacks, pins wrongly, or still has. Needs no package index."""
    wanted, (pins, direct) = requirements(root), locked(root)
    for name, requirement in wanted.items():
        if name not in pins:
            yield f"{name} is not locked"
        elif not all(requirement.specifier.contains(version, prereleases=True) for version in pins[name]):
            yield f"{name} is locked at {', '.join(sorted(pins[name]))}, wanted is {requirement.specifier}"
    yield from (f"{name} is locked but no longer wanted" for name in sorted(direct - wanted.keys()))


def compiled(root: Path) -> tuple[str, str]:
    """The lock as it would be compiled now, or what uv says against it."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "requirements.lock"
        shutil.copy(root / "requirements.lock", fresh)
        command = [str(UV), *COMPILE.split(), "--quiet", "--output-file", str(fresh)]
        ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=300)  # noqa: S603
        return (fresh.read_text("utf-8"), "") if ran.returncode == 0 else ("", ran.stderr)


def body(lock: str) -> list[str]:
    """The lines below the head, which tells the command and with it the file's own path."""
    return [line for line in lock.splitlines() if not line.startswith("#")]


def check(root: Path) -> tuple[list[str], str]:
    """Everything that is wrong, and what was compared."""
    found = [*addresses(root), *direct_drift(root)]
    if found:
        return found, ""
    fresh, complaint = compiled(root)
    if UNREACHABLE.search(complaint):
        return [], "as far as its direct requirements go: no package index can be reached"
    if complaint:
        return [complaint], ""
    drifted = body(fresh) != body((root / "requirements.lock").read_text("utf-8"))
    return (["requirements.lock is not what pyproject.toml makes: run `make lock`"] if drifted else []), "in whole"


def main() -> None:
    found, compared = check(ROOT)
    if found:
        sys.exit("\n".join(found))
    print(f"lock: what pyproject.toml asks for, {compared}")  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
