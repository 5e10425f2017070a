"""One running platform for all journeys of a worker: real services, real servers, invented people."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from stack.supervisor import Stack
from tests.journeys.world import World, settled

# Everybody here comes from one address; the limits by login name and by person stay as they are.
ENVIRONMENT = {
    "gateway": {
        "FAHU_SIGN_IN_PER_ADDRESS": "10000/minute",
        "FAHU_SURVEY_PER_LINK": "10000/minute",
        "FAHU_SURVEY_GUESSES_PER_ADDRESS": "10000/minute",
    }
}


@pytest.fixture(scope="session")
async def stack(server_dir: Path) -> AsyncIterator[Stack]:
    async with Stack("journeys", server_dir / "journeys", demo_data="minimal", env_overrides=ENVIRONMENT) as stack:
        yield stack


@pytest.fixture(scope="session")
async def world(stack: Stack) -> AsyncIterator[World]:
    """Somebody of every role, and something of everybody's."""
    async with settled(stack) as world:
        yield world
