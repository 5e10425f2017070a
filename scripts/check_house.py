"""House rules that no linter knows, read off the syntax tree. `[tool.fahu.house]` names the few files a rule does not bind.

Usage: python scripts/check_house.py [FOLDER]
"""

import ast
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
# What connects, or is bound to connect: engines, pools, channels, clients and the sessions made of them.
CONNECTING = {
    "create_engine",
    "create_async_engine",
    "sessionmaker",
    "async_sessionmaker",
    "AsyncSession",
    "AsyncConnectionPool",
    "Database",
    "RpcChannel",
    "insecure_channel",
    "AsyncClient",
    "WechatClient",
    "Client",
}
Finder = Callable[[ast.Module], Iterator[ast.expr | ast.stmt]]


@dataclass(frozen=True)
class Rule:
    """`name` is that of its exceptions in pyproject.toml; `paths` are patterns of the files it binds."""

    name: str
    message: str
    paths: tuple[str, ...]
    find: Finder


def called(node: ast.AST) -> str:
    """The last part of the name that a call calls; empty for what is no call."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def calls_of(*names: str) -> Finder:
    """Calls of methods with one of these names."""

    def find(tree: ast.Module) -> Iterator[ast.expr]:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
                yield node

    return find


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Everything that runs when the module is imported."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, FUNCTIONS):
            yield child
            yield from at_import(child)


def connections_at_import(tree: ast.Module) -> Iterator[ast.expr]:
    for node in at_import(tree):
        name = called(node)
        if isinstance(node, ast.Call) and (name in CONNECTING or name.endswith("Settings")):
            yield node


def tries_at_the_edge(tree: ast.Module) -> Iterator[ast.stmt]:
    """try-statements in the RPCs of a servicer and in the functions of routes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Servicer"):
            yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.Try))
        if isinstance(node, ast.AsyncFunctionDef) and any("router." in ast.unparse(d) for d in node.decorator_list):
            yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.Try))


OURS = ("kit/*.py", "services/*.py")
RULES = (
    Rule("publish", "events leave through the outbox (kit.events.outbox.add)", OURS, calls_of("publish", "publish_async")),
    Rule("commit", "the edge opens the one transaction; nothing below ends it", OURS, calls_of("commit", "rollback")),
    Rule("import", "nothing connects, and no settings are read, when a module is imported", OURS, connections_at_import),
    Rule(
        "try",
        "an edge refuses by typed exceptions and catches none",
        ("services/*/servicer*.py", "services/gateway/routes/*.py"),
        tries_at_the_edge,
    ),
)


def breaches(root: Path, exceptions: dict[str, list[str]]) -> Iterator[str]:
    """Every place that breaks a rule: "path:line: message"."""
    for path in sorted([*(root / "kit").rglob("*.py"), *(root / "services").rglob("*.py")]):
        name = path.relative_to(root).as_posix()
        rules = [rule for rule in RULES if any(fnmatch(name, pattern) for pattern in rule.paths)]
        rules = [rule for rule in rules if not any(fnmatch(name, pattern) for pattern in exceptions.get(rule.name, []))]
        tree = ast.parse(path.read_text("utf-8"))
        for rule in rules:
            yield from (f"{name}:{node.lineno}: {rule.message}" for node in rule.find(tree))


def main() -> None:
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    exceptions = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["fahu"]["house"]
    if found := list(breaches(root, exceptions)):
        sys.exit("\n".join(found))
    print(f"house: {len(RULES)} rules kept")  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
