"""`make demo`: play the loop and the year's programme against the running stack of a name, or one of its own.

Exit status 1 if anything is astray.
"""

import argparse
import json
import sys
import time
from collections import Counter

import uvloop

from stack.announce import say
from stack.demo.audit import Findings, audit
from stack.demo.cast import Cast
from stack.demo.client import Json, Platform, Refused
from stack.demo.epilogue import show_what_arrived
from stack.demo.play import Play
from stack.demo.programme import Figures, play_programme
from stack.demo.tale import Astray, Tale
from stack.environment import Layout, Lock, OwnServers, StackError
from stack.process import ServerDied, ServerNotReady
from stack.supervisor import Stack

PRIVATE = "demo"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stack.demo", description="演示一条需求的闭环。 Play the loop.")
    parser.add_argument("--name", default="main", help="正在运行的平台的名称 (the running stack's name)")
    given = parser.parse_args()
    try:
        sys.exit(uvloop.run(demonstrate(given.name)))
    except (StackError, ServerDied, ServerNotReady) as error:
        sys.exit(f"错误 Error: {error}")


async def demonstrate(name: str) -> int:
    """Use the running stack; where none runs, start one of our own and stop it afterwards."""
    layout = Layout.of(name)
    if Lock(layout.folder).is_taken() and layout.status.exists():
        return await perform(json.loads(layout.status.read_text("utf-8")))
    say(f"没有正在运行的平台「{name}」，先启动一个演示用的 …")
    async with Stack(PRIVATE, given=OwnServers(), tell=say) as stack:
        return await perform(stack.status())


async def perform(status: Json) -> int:
    """Play and check. Returns the exit status."""
    begun = time.monotonic()
    problems: list[str] = []
    findings, programme = Findings(problems, 0), Figures()
    async with Platform(status["urls"]["gateway"], status["urls"]["wechat"]) as platform:
        play = Play(Cast(platform, status["accounts"]), say)
        try:
            await play.perform()
            findings = await audit(play.tales, play.unreachable, play.cast)
            await show_what_arrived(play, say)
            programme = await play_programme(play.cast, say)
        except (Astray, Refused) as error:
            problems.append(str(error))
    problems += [one for one in findings.problems if one not in problems]
    _conclude(play.tales, findings, programme, problems, time.monotonic() - begun)
    return 1 if problems else 0


def _conclude(tales: list[Tale], findings: Findings, programme: Figures, problems: list[str], seconds: float) -> None:
    states = Counter(tale.state for tale in tales if tale.demand)
    say("")
    for problem in problems:
        say(f"问题：{problem}")
    if not problems:
        say(
            f"核对无误：{len(tales)} 条需求都在应在之处，{findings.notifications} 条通知各到一次；"
            f"{programme.year} 年度 {programme.points} 个联系点都有有效铭牌。"
        )
    counts = f"demands={states.total()} closed={states['closed']} parked={states['parked']}"
    counts += f" withdrawn={states['withdrawn']} notifications={findings.notifications}"
    say(f"demo: {counts} {programme.line()} seconds={seconds:.1f}")


if __name__ == "__main__":
    main()
