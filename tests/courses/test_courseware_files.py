"""Files of courseware: checked as all files are, kept from change once submitted, for whoever may see their item."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from fahu.courses.v1 import courseware_pb2 as pb
from sqlalchemy.exc import IntegrityError

from kit.db import constraint_of
from kit.scanning import Clamd
from services.courses.service import courseware_files as service
from tests.courses.conftest import HOST, OTHER_HOST, SUPERVISOR, World, refusal
from tests.courses.office import Office
from tests.kit.clamd import FakeClamd
from tests.kit.uploads.makers import page_pdf, png

CLEAN, QUARANTINED = pb.COURSEWARE_FILE_STATE_CLEAN, pb.COURSEWARE_FILE_STATE_QUARANTINED


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


async def test_what_comes_is_what_is_handed_out(world: World, office: Office) -> None:
    item, content = await office.draft(), page_pdf()
    file = await office.upload(item, content=content, name="劳动合同.pdf")
    assert (file.file_name, file.state, file.size) == ("劳动合同.pdf", CLEAN, len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert await office.download(file) == content
    for actor in (OTHER_HOST, SUPERVISOR, world.firms[0].contact):
        assert (await refusal(office.download(file, actor))).reason == "COURSEWARE_FILE_NOT_FOUND"


async def test_enterprises_read_the_files_of_what_is_published(world: World, office: Office) -> None:
    item = await office.approved()
    liaison = world.firms[0].contact
    (file,) = await office.list_files(item, SUPERVISOR)
    assert (await refusal(office.download(file, liaison))).reason == "COURSEWARE_FILE_NOT_FOUND"
    await world.change("UPDATE courseware SET state = 'PUBLISHED' WHERE id = CAST(:id AS uuid)", id=item.id)
    assert [one.id for one in await office.list_files(item, liaison)] == [file.id]
    assert await office.download(file, liaison) == page_pdf()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("课件.exe", b"MZ", "UPLOAD_TYPE_NOT_ALLOWED"),
        ("课件.pdf", png(), "UPLOAD_MISLABELLED"),
        ("课件.pdf", b"%PDF-1.7\nnothing", "UPLOAD_MALFORMED"),
    ],
)
async def test_files_are_judged_by_content(office: Office, name: str, content: bytes, reason: str) -> None:
    item = await office.draft()
    assert (await refusal(office.upload(item, content=content, name=name))).reason == reason
    assert await office.list_files(item) == []


async def test_a_retry_makes_no_second_file(office: Office) -> None:
    item, other = await office.draft(), await office.draft()
    first, again = [await office.upload(item, request_id="file-1") for _ in range(2)]
    assert first.id == again.id
    assert (await refusal(office.upload(other, request_id="file-1"))).reason == "IDEMPOTENCY_KEY_REUSED"
    await office.submit(item)
    assert (await office.upload(item, request_id="file-1")).id == first.id
    assert len(await office.list_files(item)) == 1


async def test_an_item_has_at_most_ten_files(world: World, office: Office) -> None:
    item = await office.draft()
    made = [await office.upload(item, content=png(), name=f"图{number}.png") for number in range(10)]
    refused = await refusal(office.upload(item, content=png(), name="多.png"))
    assert (refused.reason, refused.metadata["limit"]) == ("COURSEWARE_FILES_TOO_MANY", "10")
    with pytest.raises(IntegrityError) as caught:
        await world.change(SECOND_AT_A_PLACE, id=made[0].id, new=str(uuid4()))
    assert constraint_of(caught.value) == "uq_courseware_file_place"
    await office.delete_file(made[4])
    late = await office.upload(item, content=png(), name="补.png")
    assert [one.id for one in await office.list_files(item)][4] == late.id
    assert (await refusal(office.download(made[4]))).reason == "COURSEWARE_FILE_NOT_FOUND"


SECOND_AT_A_PLACE = """
INSERT INTO courseware_file (id, courseware_id, position, person_id, file_name, kind, media_type, size, sha256, blob_key,
  state, request_id, request_hash, uploaded_at)
SELECT CAST(:new AS uuid), courseware_id, position, person_id, file_name, kind, media_type, size, sha256, :new, state,
  :new, request_hash, uploaded_at FROM courseware_file WHERE id = CAST(:id AS uuid)
"""


async def test_what_waits_for_the_scanner_is_neither_submitted_nor_handed_out(world: World, office: Office) -> None:
    item = await office.draft()
    await office.upload(item)
    async with FakeClamd() as clamd:
        world.filing._scanner = Clamd(clamd.address, seconds=0.3)
        clamd.delay = 1.0
        file = await office.upload(item, content=png(), name="图.png")
        assert file.state == QUARANTINED
        assert (await refusal(office.submit(item))).reason == "COURSEWARE_FILES_WAITING"
        assert (await refusal(office.download(file))).reason == "COURSEWARE_FILE_NOT_CLEAN"
        clamd.delay = 0.0
        await world.filing.sweep(datetime.now(UTC) + timedelta(minutes=1))
    assert (await office.submit(item)).file_count == 2


async def test_bytes_that_never_came_do_not_come_after_submission(world: World, office: Office) -> None:
    """A file that is booked and not stored holds the item up; once the sweeper took it away it does not."""
    item = await office.draft()
    stuck = await office.upload(item)
    await world.change(UNSTORED, id=stuck.id)
    await office.upload(item, content=png(), name="图.png")
    assert (await refusal(office.submit(item))).reason == "COURSEWARE_FILES_WAITING"
    await world.filing.sweep(datetime.now(UTC) + timedelta(hours=2))
    assert (await office.submit(item)).file_count == 1


UNSTORED = "UPDATE courseware_file SET stored_at = NULL, state = 'QUARANTINED' WHERE id = CAST(:id AS uuid)"


async def test_a_file_is_not_slipped_into_what_was_submitted(world: World, office: Office) -> None:
    item = await office.submitted()
    (file,) = await office.list_files(item)
    for statement in (
        SECOND_AT_A_PLACE.replace("position, person_id, file_name, kind, media_type, size, sha256, :new", "2, " + REST),
        "UPDATE courseware_file SET removed_at = now() WHERE id = CAST(:id AS uuid) AND :new <> ''",
        "UPDATE courseware_file SET sha256 = sha256(CAST(:new AS bytea)) WHERE id = CAST(:id AS uuid)",
    ):
        with pytest.raises(IntegrityError) as caught:
            await world.change(statement, id=file.id, new=str(uuid4()))
        assert constraint_of(caught.value) in ("courseware_settled", "courseware_file_stays")


REST = "person_id, file_name, kind, media_type, size, sha256, :new"


async def test_the_last_files_position_is_free_again_after_a_refusal(world: World, office: Office) -> None:
    item = await office.draft()
    file = await office.upload(item)
    await world.change("UPDATE courseware_file SET state = 'REFUSED' WHERE id = CAST(:id AS uuid)", id=file.id)
    assert (await office.get(item)).file_count == 0
    assert (await refusal(office.submit(item))).reason == "COURSEWARE_FILES_MISSING"
    await office.upload(item)
    await office.submit(item)
    assert len(await office.list_files(item)) == 2
    assert len(await office.list_files(item, SUPERVISOR)) == 1
    async with world.database.begin() as session:
        await service.remove_old(session, datetime.now(UTC) + timedelta(hours=25))
    assert len(await office.list_files(item, HOST)) == 1
