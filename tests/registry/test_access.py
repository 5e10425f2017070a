"""What gets past no door of registry's, whoever it says it is. Who may pass which, the matrix says (tests/journeys)."""

from typing import Any

import grpc
import pytest
from fahu.access.v1.access_pb2 import Role

from kit.rpc.client import refusal_of
from services.registry.__main__ import SERVICES
from tests import signing
from tests.registry.conftest import World

METHODS = [method for service in SERVICES for method in service.methods]
FORGED = signing.signer("dispatch").for_person(signing.person(Role.ROLE_CENTRE_LEAD))


@pytest.mark.parametrize("token", ["", "made-up", FORGED], ids=["none", "made up", "a person's by a service that may not"])
async def test_a_token_that_is_none_opens_nothing(world: World, token: str) -> None:
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    async with grpc.aio.insecure_channel(world.target) as channel:
        for method in METHODS:
            call: Any = channel.unary_unary(f"/{method.containing_service.full_name}/{method.name}")
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call(b"", timeout=5, metadata=metadata)
            assert refusal_of(caught.value).reason == "TOKEN_INVALID", method.name


async def test_a_call_without_a_deadline_is_refused(world: World) -> None:
    async with grpc.aio.insecure_channel(world.target) as channel:
        call: Any = channel.unary_unary("/fahu.registry.v1.RegistryService/ListAreas")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(b"")
    assert refusal_of(caught.value).reason == "DEADLINE_MISSING"
