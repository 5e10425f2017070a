"""`make operate`: run an operator's command of a service against the running stack of a name, in the service's surroundings.

`python -m stack.operate [--name NAME] [--data DIR] SERVICE COMMAND [ARGUMENT …]` is `python -m services.SERVICE COMMAND …`
there.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from stack.environment import Layout, Lock, StackError


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack.operate", description="在运行中的平台上执行服务的命令。")
    parser.add_argument("--name", default="main", help="正在运行的平台的名称 (the running stack's name)")
    parser.add_argument("--data", type=Path, help="其数据目录，默认 .run/<name> (where its data is kept)")
    parser.add_argument("service", help="服务名，如 registry (whose command it is)")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="命令及其参数，见 docs/operations.md (as documented)")
    given = parser.parse_args()
    try:
        env = surroundings_of(Layout.of(given.name, given.data), given.service)
    except StackError as error:
        sys.exit(f"错误 Error: {error}")
    if not given.command:
        parser.error("COMMAND?")
    # In place of this process: its input, output, signals and exit status are the command's.
    os.execve(sys.executable, [sys.executable, "-m", f"services.{given.service}", *given.command], env)  # noqa: S606 - ours


def surroundings_of(layout: Layout, service: str) -> dict[str, str]:
    """The environment that the service's processes have. Raises StackError if no such stack runs, or not that service."""
    if not Lock(layout.folder).is_taken() or not layout.surroundings.exists():
        raise StackError(f"没有正在运行的平台「{layout.name}」。 No such stack runs: make run")
    known: dict[str, dict[str, str]] = json.loads(layout.surroundings.read_text("utf-8"))
    if service not in known:
        raise StackError(f"没有服务「{service}」，已知：{'、'.join(known)}。 No such service.")
    return known[service]


if __name__ == "__main__":
    main()
