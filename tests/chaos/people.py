"""Who takes part in a drill: contacts who send, agencies' contacts who accept, and a supervisor who sees everything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import httpx

from services.dispatch.reference_data import CATEGORIES
from stack.demo.cast import Cast
from stack.demo.client import Person, Platform, Refused
from stack.supervisor import Stack

# Agencies' categories carry the agencies' own names; the last one, "unsure", leads to none.
UNITS = tuple(code for code, *_, unit in CATEGORIES if unit)
AGREE_SECONDS = 0.5


@dataclass(frozen=True)
class People:
    """All signed in. `agencies` are the contacts by their unit's code."""

    senders: tuple[Person, ...]
    agencies: dict[str, Person]
    supervisor: Person
    platform: Platform

    @property
    def everybody(self) -> tuple[Person, ...]:
        return (*self.senders, *self.agencies.values())

    async def keep_agreeing(self, stop: asyncio.Event) -> None:
        """Have one after the other allow WeChat a message of each kind, so that there is always something to send."""
        templates: list[str] = []
        for person in cycle(self.everybody):
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGREE_SECONDS)
            if stop.is_set():
                return
            with suppress(Refused, httpx.HTTPError):  # not what is looked at: the next one will do
                templates = templates or await _templates(person)
                await self.platform.agree(person, templates)


async def _templates(person: Person) -> list[str]:
    found: list[dict[str, Any]] = (await person.get("/notification-templates"))["templates"]
    return [template["id"] for template in found]


@asynccontextmanager
async def signed_in(stack: Stack, clients: int) -> AsyncIterator[People]:
    """Sign everybody in who is needed; the tokens live ten minutes."""
    async with Platform(stack.url(), stack.url("wechat")) as platform:
        cast = Cast(platform, stack.status()["accounts"])
        senders = tuple([await cast.liaison(turn) for turn in range(clients)])
        agencies = {unit: await cast.agency_contact(unit) for unit in UNITS}
        yield People(senders, agencies, await cast.supervisor(), platform)
