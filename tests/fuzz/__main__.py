"""`python -m tests.fuzz [--short] [--seed N]`: everybody in turn, one line at the end, and exit status 1 for a finding."""

import argparse
import asyncio
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import uvloop

from stack.announce import say
from stack.demo.client import Json, Person, Platform
from stack.environment import ROOT, Lock
from stack.supervisor import Stack
from tests.fuzz.campaign import Findings, attack, know_files
from tests.fuzz.feed import feed_for

SEED = 20261123
SHORT_SECONDS, FULL_SECONDS = 45, 110
# Sign-in is attacked as well: much of it is to be answered, and some of it put off.
ENVIRONMENT = {"gateway": {"FAHU_SIGN_IN_PER_ADDRESS": "600/minute"}}
DEMAND = {"kind": "demand", "category_code": "hrss", "title": "一条真实的需求", "body": "供随机请求办理。"}
DEMANDS = 10
LIAISON = "liaison"
# It would be taken at its word, and have no role for the rest of the run. The others are refused.
RESIGNATION = "/api/v1/me/resignation"
# The lead comes after the liaison, whom it may replace, and so end the liaison's session.
TURNS = (LIAISON, "hrss.handler", "centre.lead", "zhujing.officer")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="Random requests, judged by the API's description."
    )
    parser.add_argument("--short", action="store_true", help="a short run, for the continuous integration")
    parser.add_argument("--seed", type=int, default=SEED, help="decides what is drawn")
    given = parser.parse_args()
    know_files()
    folder = _fresh(ROOT / ".run" / ("fuzz-short" if given.short else "fuzz"))
    sys.exit(uvloop.run(run(folder, SHORT_SECONDS if given.short else FULL_SECONDS, given.seed)))


def _fresh(folder: Path) -> Path:
    if Lock(folder).is_taken():
        sys.exit(f"{folder} is in use by another run")
    shutil.rmtree(folder, ignore_errors=True)
    return folder


async def run(folder: Path, seconds: int, seed: int) -> int:
    """Give a contact, a handler, the centre's lead and an area officer a turn each. Returns the exit status."""
    begun, findings = time.monotonic(), Findings()
    async with Stack("fuzz", folder, demo_data="minimal", env_overrides=ENVIRONMENT) as stack:
        async with httpx.AsyncClient(base_url=stack.url(), trust_env=False) as http:
            document: dict[str, Any] = (await http.get("/api/openapi.json")).json()
        for role in TURNS:
            async with signed_in(stack, role) as person:
                feed = await feed_for(person)
            spared = [RESIGNATION] if role == LIAISON else []
            settings: dict[str, Any] = {"seconds": seconds, "seed": seed, "spared": spared}
            found = await asyncio.to_thread(attack, document, stack.url(), person.token, feed, **settings)
            say(f"{role}: {found.cases} cases, {dict(sorted(found.statuses.items()))}, {len(found.failures)} failures")
            findings.add(found)
    for title, told in findings.failures.items():
        say(f"--- {title}\n{told}")
    untouched = operations_of(document) - findings.operations
    if untouched:
        say(f"never tried: {sorted(untouched)}")
    say(_line(findings, time.monotonic() - begun))
    return 1 if findings.failures or findings.server_errors or findings.hangs or untouched else 0


def operations_of(document: dict[str, Any]) -> set[str]:
    return {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}


@asynccontextmanager
async def signed_in(stack: Stack, role: str) -> AsyncIterator[Person]:
    """Somebody of the role, with demands of theirs to work on."""
    assert stack.loaded
    point, staff = stack.loaded.enterprises[0], {account.staff.login: account.staff for account in stack.loaded.accounts}
    async with Platform(stack.url(), stack.url("wechat")) as platform:
        liaison = person = await platform.sign_in_through_wechat(point.name, point.openid, point.phone)
        if role != LIAISON:
            one = staff[role]
            person = await platform.sign_in_through_wechat(one.title, one.openid, one.phone)
        sender, more = (person, behalf_of(liaison)) if "area_officer" in person.account["roles"] else (liaison, {})
        for _ in range(DEMANDS):
            await sender.post("/demands", DEMAND | more)
        yield person


def behalf_of(liaison: Person) -> Json:
    return {"channel": "phone", "enterprise_id": liaison.account["enterprise_id"]}


def _line(findings: Findings, seconds: float) -> str:
    counts = f"operations={len(findings.operations)} accepted={len(findings.accepted)} cases={findings.cases}"
    faults = f"failures={len(findings.failures)} server_errors={findings.server_errors} hangs={findings.hangs}"
    return f"fuzz: {counts} {faults} seconds={seconds:.0f}"


if __name__ == "__main__":
    main()
