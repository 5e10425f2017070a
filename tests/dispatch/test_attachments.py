"""Attachments: taken in once, kept apart until clean, seen by who sees the demand, and never bytes without a row."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.dispatch.v1 import attachment_service_pb2 as pb
from fahu.dispatch.v1 import demand_pb2
from fahu.dispatch.v1.attachment_service_pb2_grpc import AttachmentServiceStub, add_AttachmentServiceServicer_to_server

from kit import faults
from kit.auth import Actor
from kit.blobs import FolderBlobs
from kit.filing import MAX_REQUEST_BYTES
from kit.rpc.client import RpcChannel, refusal_of
from kit.rpc.server import RpcServer
from kit.scanning import Clamd, NoScanner
from kit.uploads import MAX_BYTES, Checker
from services.dispatch.__main__ import SERVICES
from services.dispatch.filing import Filing
from services.dispatch.rules import State
from services.dispatch.servicer.attachments import AttachmentServicer
from tests import signing
from tests.dispatch.conftest import World
from tests.dispatch.desk import PDF, Desk
from tests.dispatch.scenes import demand_at, everybody
from tests.kit.clamd import EICAR, FakeClamd
from tests.kit.uploads.makers import packed, page_pdf, png, stream

VIRUS = page_pdf(content=stream(EICAR))


@pytest.fixture(scope="module")
async def checker() -> AsyncIterator[Checker]:
    checker = Checker(workers=1)
    yield checker
    await checker.close()


@pytest.fixture
async def desk(world: World, checker: Checker, tmp_path: Path) -> AsyncIterator[Desk]:
    await world.sql("TRUNCATE attachment")
    filing = Filing(world.database, FolderBlobs(tmp_path / "blobs"), checker, NoScanner())
    servicer = AttachmentServicer(world.database, filing)
    register = [lambda server: add_AttachmentServiceServicer_to_server(servicer, server)]
    server = RpcServer(SERVICES, access_pb2.rule, register, signing.verifier(), "dispatch.fahu", MAX_REQUEST_BYTES)
    port = await server.start("127.0.0.1", 0)
    channel = RpcChannel(f"127.0.0.1:{port}", max_answer_bytes=MAX_REQUEST_BYTES)
    yield Desk(world, AttachmentServiceStub(channel), filing, tmp_path / "blobs")  # type: ignore[call-overload]
    await channel.close()
    await server.stop(0)


@pytest.fixture
async def clamd(desk: Desk) -> AsyncIterator[FakeClamd]:
    async with FakeClamd() as clamd:
        desk.filing._scanner = Clamd(clamd.address, seconds=0.3)
        yield clamd


async def test_a_file_comes_is_attached_and_is_read_by_who_sees_the_demand(desk: Desk) -> None:
    me, demand = desk.world.enterprise.actor(), await desk.world.submit()
    largest = page_pdf(content=stream(bytes(MAX_BYTES - 1000)))
    found = await desk.upload(me, largest, " 合同.pdf ", media_type="application/pdf")
    assert (found.file_name, found.kind, found.state) == ("合同.pdf", pb.ATTACHMENT_KIND_PDF, pb.ATTACHMENT_STATE_CLEAN)
    assert (found.size, found.sha256) == (len(largest), hashlib.sha256(largest).hexdigest())
    assert (found.uploaded_by, found.enterprise_id) == (str(me.person_id), str(me.organisation_id))
    (attached,) = await desk.attach(me, demand, found)
    assert attached.demand_id == demand.id
    for who in (me, desk.world.agency(), desk.world.centre(), desk.world.supervisor()):
        answer = await desk.call(who, "DownloadAttachment", attachment_id=found.id)
        assert answer.content == largest
        (listed,) = (await desk.call(who, "ListAttachments", demand_id=demand.id)).attachments
        assert listed == attached
    await desk.check_books()


async def test_who_does_not_see_the_demand_sees_no_file(desk: Desk) -> None:
    me, demand = desk.world.enterprise.actor(), await desk.world.submit()
    loose, attached = await desk.upload(me), await desk.upload(me)
    await desk.attach(me, demand, attached)
    for name, actor in everybody(desk.world).items():
        sees = not await _is_refused(desk, actor, "ListAttachments", demand_id=demand.id)
        for method in ("GetAttachment", "DownloadAttachment"):
            assert await _is_refused(desk, actor, method, attachment_id=attached.id) == (not sees), name
            own = actor.person_id == me.person_id
            assert await _is_refused(desk, actor, method, attachment_id=loose.id) == (not own), name


async def _is_refused(desk: Desk, actor: Actor, method: str, **fields: Any) -> bool:
    try:
        await desk.call(actor, method, **fields)
    except grpc.aio.AioRpcError as error:
        return refusal_of(error).reason in ("ATTACHMENT_NOT_FOUND", "DEMAND_NOT_FOUND")
    return False


async def test_a_refused_file_leaves_nothing(desk: Desk) -> None:
    me = desk.world.enterprise.actor()
    hostile = {
        "UPLOAD_EMPTY": (b"", "a.pdf"),
        "UPLOAD_MISLABELLED": (png(), "a.pdf"),
        "UPLOAD_ACTIVE_CONTENT": (page_pdf(b"/OpenAction << /S /JavaScript /JS (x) >>"), "a.pdf"),
        "UPLOAD_POLYGLOT": (png() + packed({"a": b"a"}), "a.png"),
        "UPLOAD_TYPE_NOT_ALLOWED": (packed({"a": b"a"}), "a.docx"),
        "UPLOAD_NAME_INVALID": (PDF, "../a.pdf"),
        "UPLOAD_TOO_LARGE": (PDF + bytes(MAX_BYTES), "a.pdf"),
    }
    for reason, (content, name) in hostile.items():
        fields = {"request_id": uuid4().hex, "file_name": name, "content": content}
        assert await desk.refused(me, "UploadAttachment", **fields) == reason
    assert await desk.rows() == []
    assert desk.blobs() == set()


async def test_a_retry_makes_no_second_file(desk: Desk) -> None:
    me, key = desk.world.enterprise.actor(), uuid4().hex
    first = await desk.upload(me, request_id=key)
    assert await desk.upload(me, request_id=key) == first
    for changed in ({"content": png(), "file_name": "a.png"}, {"content": PDF, "file_name": "b.pdf"}):
        assert await desk.refused(me, "UploadAttachment", request_id=key, **changed) == "IDEMPOTENCY_KEY_REUSED"
    other = await desk.upload(desk.world.agency(), request_id=key)
    assert other.id != first.id
    assert len(await desk.rows()) == 2


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
async def test_nothing_is_attached_to_what_is_over(desk: Desk, state: State) -> None:
    me, demand = desk.world.enterprise.actor(), await demand_at(desk.world, state)
    found = await desk.upload(me)
    fields = {"demand_id": demand.id, "attachment_ids": [found.id]}
    assert await desk.refused(me, "AttachToDemand", **fields) == "DEMAND_WRONG_STATE"


async def test_who_may_attach(desk: Desk) -> None:
    demand, other = await desk.world.submit(), await desk.world.submit()
    world = desk.world
    for actor in (world.enterprise.actor(), world.agency("hrss", Role.ROLE_AGENCY_CONTACT), world.centre()):
        found = await desk.upload(actor)
        for _ in range(2):
            await desk.attach(actor, demand, found)
        again = {"demand_id": other.id, "attachment_ids": [found.id]}
        assert await desk.refused(actor, "AttachToDemand", **again) == "ATTACHMENT_ATTACHED"
        assert await desk.refused(actor, "DeleteAttachment", attachment_id=found.id) == "ATTACHMENT_ATTACHED"
    assert len((await desk.call(world.centre(), "ListAttachments", demand_id=demand.id)).attachments) == 3
    two_hats = signing.person(Role.ROLE_SUPERVISOR, Role.ROLE_AGENCY_HANDLER, unit="eco_env")
    mine, theirs = await desk.upload(two_hats), await desk.upload(world.neighbour.actor())
    for actor, file, reason in (
        (two_hats, mine, "PERMISSION_DENIED"),
        (world.neighbour.actor(), theirs, "DEMAND_NOT_FOUND"),
        (world.agency("eco_env"), theirs, "DEMAND_NOT_FOUND"),
        (world.enterprise.actor(), theirs, "ATTACHMENT_NOT_FOUND"),
        (world.supervisor(), mine, "PERMISSION_DENIED"),
        (world.officer(), mine, "DEMAND_NOT_FOUND"),
    ):
        assert await desk.refused(actor, "AttachToDemand", demand_id=demand.id, attachment_ids=[file.id]) == reason


async def test_ten_of_a_demand_and_thirty_in_hand(desk: Desk) -> None:
    me, demand = desk.world.enterprise.actor(), await desk.world.submit()
    files = [await desk.upload(me, name=f"{number}.pdf") for number in range(30)]
    too_many = {"request_id": "x", "file_name": "a.pdf", "content": PDF}
    assert await desk.refused(me, "UploadAttachment", **too_many) == "ATTACHMENTS_TOO_MANY"
    await desk.attach(me, demand, *files[8:0:-1])
    fields = {"demand_id": demand.id, "attachment_ids": [one.id for one in files[10:13]]}
    assert await desk.refused(me, "AttachToDemand", **fields) == "ATTACHMENTS_TOO_MANY"
    found = await desk.attach(me, demand, *files[10:12])
    assert [one.file_name for one in found] == [f"{number}.pdf" for number in (8, 7, 6, 5, 4, 3, 2, 1, 10, 11)]


async def test_a_file_in_quarantine_waits_for_its_verdict(desk: Desk, clamd: FakeClamd) -> None:
    me, demand = desk.world.enterprise.actor(), await desk.world.submit()
    clamd.answer = b"ERROR\0"
    good, bad = await desk.upload(me), await desk.upload(me, VIRUS)
    assert good.state == bad.state == pb.ATTACHMENT_STATE_QUARANTINED
    await desk.attach(me, demand, good, bad)
    assert await desk.refused(me, "DownloadAttachment", attachment_id=good.id) == "ATTACHMENT_NOT_CLEAN"
    await desk.filing.sweep(datetime.now(UTC))
    clamd.answer = None
    later = datetime.now(UTC) + timedelta(minutes=1)
    await desk.filing.sweep(later)
    assert (await desk.call(me, "DownloadAttachment", attachment_id=good.id)).content == PDF
    assert (await desk.call(me, "GetAttachment", attachment_id=bad.id)).attachment.state == pb.ATTACHMENT_STATE_REFUSED
    assert await desk.refused(me, "DownloadAttachment", attachment_id=bad.id) == "ATTACHMENT_NOT_CLEAN"
    await desk.check_books()
    assert len(desk.blobs()) == 1


async def test_a_virus_is_refused_and_its_bytes_go(desk: Desk, clamd: FakeClamd) -> None:
    me = desk.world.enterprise.actor()
    fields = {"request_id": uuid4().hex, "file_name": "a.pdf", "content": VIRUS}
    for _ in range(2):
        assert await desk.refused(me, "UploadAttachment", **fields) == "UPLOAD_INFECTED"
    (row,) = await desk.rows()
    assert (row.state, row.blob_key) == ("REFUSED", None)
    assert desk.blobs() == set()
    found = await desk.refused(me, "AttachToDemand", demand_id=(await desk.world.submit()).id, attachment_ids=[str(row.id)])
    assert found == "ATTACHMENT_NOT_CLEAN"


async def test_what_is_taken_back_or_forgotten_goes_whole(desk: Desk) -> None:
    me, demand = desk.world.enterprise.actor(), await desk.world.submit()
    back, forgotten, kept = await desk.upload(me), await desk.upload(me), await desk.upload(me)
    await desk.attach(me, demand, kept)
    assert await desk.refused(desk.world.centre(), "DeleteAttachment", attachment_id=back.id) == "ATTACHMENT_NOT_FOUND"
    await desk.call(me, "DeleteAttachment", attachment_id=back.id)
    assert await desk.refused(me, "DeleteAttachment", attachment_id=back.id) == "ATTACHMENT_NOT_FOUND"
    await desk.filing.sweep(datetime.now(UTC) + timedelta(hours=23))
    assert {row.id for row in await desk.rows()} == {UUID(forgotten.id), UUID(kept.id)}
    await desk.filing.sweep(datetime.now(UTC) + timedelta(hours=25))
    assert {row.id for row in await desk.rows()} == {UUID(kept.id)}
    await desk.check_books()


class Died(BaseException):
    """What SIGKILL would have been."""


POINTS = ["file.after_book", "file.after_put", "file.after_verdict", "file.after_bytes_gone"]


@pytest.mark.parametrize("point", POINTS)
async def test_death_between_two_steps_orphans_nothing(
    desk: Desk, clamd: FakeClamd, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever step comes last, the retry or the sweeper takes it from there, and books and bytes agree."""
    me, key = desk.world.enterprise.actor(), uuid4().hex
    content = VIRUS if point in POINTS[2:] else PDF

    def die(name: str) -> None:
        if name == point:
            raise Died

    with monkeypatch.context() as dying:
        dying.setattr(faults, "point", die)
        with pytest.raises(Died):
            await desk.filing.receive(me, "a.pdf", "", content, key)
    assert desk.blobs() <= {row.blob_key for row in await desk.rows()}
    if content is PDF:
        found = await desk.upload(me, content, "a.pdf", request_id=key)
        assert (await desk.call(me, "DownloadAttachment", attachment_id=found.id)).content == content
    await desk.filing.sweep(datetime.now(UTC) + timedelta(hours=2))
    await desk.check_books()
    await desk.filing.sweep(datetime.now(UTC) + timedelta(hours=30))
    assert await desk.rows() == []
    assert desk.blobs() == set()


async def test_bytes_that_changed_are_not_handed_out(desk: Desk) -> None:
    me = desk.world.enterprise.actor()
    found = await desk.upload(me)
    (path,) = (path for path in desk.folder.rglob("*") if path.is_file())
    path.write_bytes(PDF + b" ")
    assert await desk.refused(me, "DownloadAttachment", attachment_id=found.id) == "INTERNAL"


async def test_an_office_adds_files_to_what_it_sent_and_to_nothing_else(desk: Desk) -> None:
    world = desk.world
    office, other = world.officer(), world.officer(world.neighbour.area)
    values = {"enterprise_id": str(world.enterprise.id), "channel": demand_pb2.CHANNEL_ON_SITE}
    sent = await world.submit(office, **values, shielded=True)
    file = await desk.upload(office)
    (attached,) = await desk.attach(office, sent, file)
    assert (attached.unit_code, attached.enterprise_id) == (office.unit_code, "")
    (seen,) = (await desk.call(world.agency(), "ListAttachments", demand_id=sent.id)).attachments
    assert (seen.id, seen.uploaded_by, seen.unit_code) == (file.id, "", "")  # the office would tell the enterprise's area
    theirs = await world.submit()
    mine = await desk.upload(other)
    for demand in (sent, theirs):
        asked = {"demand_id": demand.id, "attachment_ids": [mine.id]}
        assert await desk.refused(other, "AttachToDemand", **asked) == "DEMAND_NOT_FOUND"
