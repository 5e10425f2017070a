"""Runs a service's own commands (`python -m services.<name> migrate`), as an operator would."""

import asyncio
import sys
from collections.abc import Mapping, Sequence

from stack.environment import ROOT, StackError


class CommandFailed(StackError):
    """A service's command ended with an error; the message carries the end of what it printed."""


async def run_python(arguments: Sequence[str], env: Mapping[str, str]) -> str:
    """Run it to its end and return what it printed. Ends it when the caller is cancelled."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env=dict(env),
        cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        end = "\n".join((output + errors).decode(errors="replace").splitlines()[-25:])
        raise CommandFailed(f"命令失败 Command failed: python {' '.join(arguments)}\n{end}")
    return output.decode()
