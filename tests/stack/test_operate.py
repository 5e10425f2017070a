"""An operator's commands reach the platform that runs, as they are documented, and no other."""

import asyncio
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

from stack.environment import ROOT
from stack.supervisor import Stack

MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text("utf-8")


async def operate(
    folder: Path, *arguments: str, typed: str = "", cwd: Path = ROOT, name: str = "operated"
) -> tuple[int, str, str]:
    """Exit status, output and errors, of somebody whose shell is set for another database."""
    command = [sys.executable, "-m", "stack.operate", "--name", name, "--data", str(folder), *arguments]
    env = {"PATH": os.defpath, "PYTHONPATH": f"{ROOT}:{ROOT}/gen", "FAHU_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x"}
    ran = await asyncio.to_thread(
        subprocess.run, command, env=env, input=typed, cwd=cwd, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout, ran.stderr


async def test_commands_run_on_the_stack_that_runs(server_dir: Path, tmp_path: Path) -> None:
    folder = server_dir / "operated"
    async with Stack("operated", folder, services=("registry",), demo_data="none") as stack:
        assert stat.S_IMODE(stack.layout.surroundings.stat().st_mode) == 0o600
        assert (await operate(folder, "registry", "load-reference"))[1].endswith("areas and units changed\n")
        (tmp_path / "list.csv").write_text("不是名单", "utf-8")
        status, _, told = await operate(folder, "registry", "import-cohort", "2026", "list.csv", "--dry-run", cwd=tmp_path)
        assert (status, told.partition(":")[0]) == (1, "IMPORT_COLUMNS_MISSING")
        zhao = ("--unit", "hrss", "--roles", "AGENCY_CONTACT", "--name", "赵六", "--phone", "13900000001", "--login", "zhao")
        added = await operate(
            folder, "registry", "add-staff", *zhao, "--stdin", typed="word\nJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP\n"
        )
        assert added[:2] == (0, "1 members of staff\n")
        assert (await operate(folder, "registry", "rotate-keys"))[1].startswith("0 values moved to key ")
        assert (await operate(folder, "registry", "rebuild", "--since", "2026-01-01T00:00:00+08:00"))[0] == 0
        status, _, told = await operate(folder, "dispatch", "redrive")
        assert (status, "没有服务「dispatch」" in told) == (1, True)
    status, _, told = await operate(folder, "registry", "check-audit")
    assert (status, "没有正在运行的平台「operated」" in told) == (1, True)
    assert not stack.layout.surroundings.exists()


def test_make_operate_says_how_to_use_it() -> None:
    """The rule itself, without the environment it would make first."""
    recipe = re.search(r"^operate:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert recipe
    assert "-m stack.operate --name $(NAME) $(DO)" in recipe[1]
    told = re.findall(r'make operate DO="(\w+) ([\w-]+)', OPERATIONS)
    assert {
        ("registry", "import-cohort"),
        ("notify", "redrive"),
        ("dispatch", "rebuild"),
        ("registry", "rotate-keys"),
    } <= set(told)
