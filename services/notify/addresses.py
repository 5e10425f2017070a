"""Where WeChat reaches people: asked of registry in batches, remembered for a minute. An openid is not ours to keep."""

import time
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from fahu.registry.v1 import account_service_pb2 as rpc
from fahu.registry.v1.account_service_pb2_grpc import AccountServiceStub

from kit.rpc.client import RpcChannel

REMEMBER_SECONDS = 60.0
REMEMBER_PEOPLE = 5_000


class AddressBook:
    """People's openids. Whoever has none is asked for again each time: they may sign in any moment."""

    def __init__(self, channel: RpcChannel) -> None:
        self._registry: Any = AccountServiceStub(channel)  # type: ignore[call-overload]  # it does what a channel does
        self._known: dict[UUID, tuple[str, float]] = {}

    async def openids(self, people: Collection[UUID]) -> Mapping[UUID, str]:
        """The openids of those who have one. Raises grpc.aio.AioRpcError while registry is away."""
        now = time.monotonic()
        found = {person: self._known[person] for person in set(people) if person in self._known}
        found = {person: entry for person, entry in found.items() if entry[1] > now}
        if missing := set(people) - set(found):
            fetched = {person: (openid, now + REMEMBER_SECONDS) for person, openid in (await self._fetch(missing)).items()}
            found |= fetched
            self._remember(fetched)
        return {person: openid for person, (openid, _) in found.items()}

    async def _fetch(self, people: Collection[UUID]) -> dict[UUID, str]:
        request = rpc.BatchGetWechatAddressesRequest(person_ids=[str(person) for person in people])
        response = await self._registry.BatchGetWechatAddresses(request)
        return {UUID(address.person_id): address.openid for address in response.addresses if address.openid}

    def _remember(self, fetched: dict[UUID, tuple[str, float]]) -> None:
        if len(self._known) + len(fetched) > REMEMBER_PEOPLE:
            self._known.clear()
        self._known |= fetched
