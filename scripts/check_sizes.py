"""Rooms stay liveable: a file has at most 300 lines, a function at most 40. `[tool.fahu.sizes]` names what is exempt.

Usage: python scripts/check_sizes.py [FOLDER]
"""

import ast
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Budget:
    """What a file may cost. `exempt` are patterns of paths."""

    folders: tuple[str, ...]
    file_lines: int
    function_lines: int
    exempt: tuple[str, ...]


def budget_of(root: Path) -> Budget:
    """Read the budget from pyproject.toml."""
    given = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["fahu"]["sizes"]
    return Budget(tuple(given["folders"]), given["file_lines"], given["function_lines"], tuple(given["exempt"]))


def sources(root: Path, budget: Budget) -> Iterator[Path]:
    for folder in budget.folders:
        for path in sorted((root / folder).rglob("*.py")):
            if not any(fnmatch(path.relative_to(root).as_posix(), pattern) for pattern in budget.exempt):
                yield path


def excesses(path: Path, budget: Budget) -> Iterator[str]:
    """What is too long in one file: "line: what"."""
    text = path.read_text("utf-8")
    if (lines := len(text.splitlines())) > budget.file_lines:
        yield f"1: the file has {lines} lines, at most {budget.file_lines} are allowed"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > budget.function_lines:
                yield f"{node.lineno}: {node.name} has {length} lines, at most {budget.function_lines} are allowed"


def idle_exemptions(root: Path, budget: Budget) -> Iterator[str]:
    """Exemptions that no file needs any more; a list that only grows would end by exempting everything."""
    for pattern in budget.exempt:
        if not any(list(excesses(path, budget)) for path in root.glob(pattern)):
            yield f"pyproject.toml: the exemption of {pattern} is not needed"


def main() -> None:
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    budget = budget_of(root)
    paths = list(sources(root, budget))
    found = [f"{path.relative_to(root)}:{excess}" for path in paths for excess in excesses(path, budget)]
    found += idle_exemptions(root, budget)
    if found:
        sys.exit("\n".join(found))
    print(f"sizes: {len(paths)} files within budget")  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
