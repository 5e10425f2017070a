"""`make run`: the whole platform on this machine until Ctrl-C. `python -m stack [--name NAME] [--data DIR]`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import uvloop

from stack.announce import say, summary
from stack.environment import OwnServers, StackError
from stack.process import ServerDied, ServerNotReady
from stack.supervisor import Stack

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack", description="法护金企：在本机运行整个平台。 Run it all here.")
    parser.add_argument("--name", default="main", help="名称；不同名称可同时运行 (several names run side by side)")
    parser.add_argument("--data", type=Path, help="数据目录，默认 .run/<name> (where its data is kept)")
    given = parser.parse_args()
    try:
        sys.exit(uvloop.run(run(given.name, given.data)))
    except (StackError, ServerDied, ServerNotReady) as error:
        sys.exit(f"错误 Error: {error}")


async def run(name: str, data: Path | None) -> int:
    """Run a stack until told to stop. Returns the exit status."""
    stack = Stack(name, data, given=OwnServers(), tell=say)
    told_to_stop = _listen_for_stop(stack)
    starting = asyncio.create_task(stack.start())
    waiting = asyncio.create_task(told_to_stop.wait())
    try:
        await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            say(summary(stack))
            await waiting
    finally:
        starting.cancel()
        waiting.cancel()
        await asyncio.wait({starting, waiting})
        if stack.owns_folder:
            say("正在停止 …（再按一次 Ctrl-C 立即结束）")
            await stack.stop()
            say("已停止")
    return 0


def _listen_for_stop(stack: Stack) -> asyncio.Event:
    """Set at the first signal; at the second nobody waits for anything any more."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            stack.kill_all()
        stop.set()

    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop


if __name__ == "__main__":
    main()
