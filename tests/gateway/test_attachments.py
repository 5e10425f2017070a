"""Files through the door: up as they are, down as downloads only."""

import os
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx
import pytest

from kit.uploads import MAX_BYTES
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import Person
from tests.gateway.test_refusals import refused
from tests.kit.uploads.makers import minimal, packed, page_pdf, png, stream

PDF, DOCX = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def send(
    person: Person, content: Any, name: str = "合同 (一).pdf", kind: str = PDF, key: str | None = None
) -> httpx.Response:
    headers = person.headers | {"content-type": kind, "idempotency-key": key or uuid4().hex}
    return await person.http.post("/api/v1/attachments", params={"file_name": name}, content=content, headers=headers)


async def test_a_file_goes_from_the_enterprise_to_the_agency(sign_in: SignIn, liaison: Person) -> None:
    content = page_pdf(content=stream(os.urandom(MAX_BYTES - 1000)))
    sent = await send(liaison, content)
    assert sent.status_code == 201, sent.text
    file = sent.json()
    assert (file["file_name"], file["kind"], file["state"], file["size"]) == ("合同 (一).pdf", "pdf", "clean", len(content))
    assert sent.headers["location"] == f"/api/v1/attachments/{file['id']}"
    demand = await liaison.submit()
    path = f"/demands/{demand['id']}/attachments"
    for _ in range(2):
        attached = await liaison.post(path, {"attachment_ids": [file["id"]]}, key="")
        assert attached.status_code == 200, attached.text
    handler = await sign_in("hrss.handler")
    assert (await handler.get(path)).json() == attached.json()
    assert (await handler.get(f"/attachments/{file['id']}")).json()["demand_id"] == demand["id"]
    got = await handler.get(f"/attachments/{file['id']}/content")
    assert got.content == content
    assert_download(got, PDF, "合同 (一).pdf")
    for who in ("eco_env.handler", "zhujing.officer"):
        stranger = await sign_in(who)
        refused(await stranger.get(f"/attachments/{file['id']}/content"), 404, "ATTACHMENT_NOT_FOUND")
        refused(await stranger.get(path), 404, "DEMAND_NOT_FOUND")


def assert_download(answer: httpx.Response, kind: str, name: str) -> None:
    """No browser shows it, keeps it, runs it or takes it for something else."""
    assert answer.headers["content-type"] == kind
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; ")
    assert unquote(disposition.partition("filename*=UTF-8''")[2]) == name
    assert disposition.isascii()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_what_is_refused_is_told_and_a_retry_makes_no_second(liaison: Person) -> None:
    refused(await send(liaison, png()), 422, "UPLOAD_MISLABELLED")
    refused(await send(liaison, png(), "a.png"), 422, "UPLOAD_MISLABELLED")
    refused(await send(liaison, b"GIF89a", "a.gif", "image/gif"), 415, "CONTENT_TYPE_UNSUPPORTED")
    refused(await send(liaison, b"", "a.pdf"), 422, "UPLOAD_EMPTY")
    refused(await send(liaison, page_pdf(), 'a".pdf'), 422, "UPLOAD_NAME_INVALID")
    refused(
        await send(liaison, packed({"word/vbaProject.bin": b"x"} | minimal()), "a.docx", DOCX), 422, "UPLOAD_ACTIVE_CONTENT"
    )
    refused(await send(liaison, png() + packed({"a": b"a"}), "a.png", "image/png"), 422, "UPLOAD_POLYGLOT")
    key = uuid4().hex
    first, again = await send(liaison, page_pdf(), key=key), await send(liaison, page_pdf(), key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    refused(await send(liaison, page_pdf(), "b.pdf", key=key), 422, "IDEMPOTENCY_KEY_REUSED")
    file = f"/api/v1/attachments/{first.json()['id']}"
    assert (await liaison.http.delete(file, headers=liaison.headers)).status_code == 204
    refused(await liaison.http.delete(file, headers=liaison.headers), 404, "ATTACHMENT_NOT_FOUND")


async def test_a_body_beyond_the_limit_is_not_taken_and_nobody_unknown_sends_one(
    liaison: Person, http: httpx.AsyncClient
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BYTES // 65_536 + 2):
            yield bytes(65_536)

    refused(await send(liaison, bytes(MAX_BYTES + 1)), 413, "BODY_TOO_LARGE")
    refused(await send(liaison, endless()), 413, "BODY_TOO_LARGE")
    headers = {"content-type": PDF, "idempotency-key": "x"}
    address = "/api/v1/attachments?file_name=a.pdf"
    refused(await http.post(address, content=page_pdf(), headers=headers), 401, "TOKEN_INVALID")


@pytest.mark.parametrize("who", ["hrss.contact", "centre.operator"])
async def test_staff_attach_what_they_found_out(sign_in: SignIn, liaison: Person, who: str) -> None:
    demand, staff = await liaison.submit(), await sign_in(who)
    file = (await send(staff, packed(minimal()), "答复依据.docx", DOCX)).json()
    path = f"/demands/{demand['id']}/attachments"
    assert (await staff.post(path, {"attachment_ids": [file["id"]]})).status_code == 200
    got = await liaison.get(f"/attachments/{file['id']}/content")
    assert_download(got, DOCX, "答复依据.docx")
    neighbour = await sign_in(COHORT[1])
    refused(await neighbour.get(f"/attachments/{file['id']}"), 404, "ATTACHMENT_NOT_FOUND")
