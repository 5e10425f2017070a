"""A desk at which files are handed in: the service of attachments, called by whoever is named, and what lies behind it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import pytest
from fahu.dispatch.v1 import attachment_service_pb2 as pb

from kit.auth import Actor
from kit.context import CallContext, enter_call, new_request_id
from kit.rpc.client import refusal_of
from services.dispatch.filing import Filing
from tests import signing
from tests.dispatch.conftest import World
from tests.kit.uploads.makers import page_pdf

PDF = page_pdf()


@dataclass
class Desk:
    """The service, called by whoever is named, and what lies behind it."""

    world: World
    stub: Any
    filing: Filing
    folder: Path

    async def call(self, actor: Actor, method: str, **fields: Any) -> Any:
        enter_call(CallContext(new_request_id(), signing.token_of(actor)))
        return await getattr(self.stub, method)(getattr(pb, f"{method}Request")(**fields))

    async def upload(self, actor: Actor, content: bytes = PDF, name: str = "合同.pdf", **fields: Any) -> Any:
        given = {"request_id": uuid4().hex, "file_name": name, "content": content} | fields
        return (await self.call(actor, "UploadAttachment", **given)).attachment

    async def attach(self, actor: Actor, demand: Any, *files: Any) -> Any:
        answer = await self.call(actor, "AttachToDemand", demand_id=demand.id, attachment_ids=[one.id for one in files])
        return answer.attachments

    async def refused(self, actor: Actor, method: str, **fields: Any) -> str:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await self.call(actor, method, **fields)
        return refusal_of(refused.value).reason or refused.value.code().name

    async def rows(self) -> list[Any]:
        return await self.world.sql("SELECT * FROM attachment ORDER BY id")

    def blobs(self) -> set[str]:
        return {path.name for path in self.folder.rglob("*") if path.is_file()}

    async def check_books(self) -> None:
        """Bytes and rows that claim to have some are the same set."""
        assert self.blobs() == {row.blob_key for row in await self.rows() if row.stored_at and row.blob_key}
