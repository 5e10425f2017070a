"""What registry tells of accounts: each reader once, in words of their own, with the moment until which one may object."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from fahu.registry.v1 import account_pb2
from fahu.registry.v1 import events_pb2 as pb

from services.notify.rules import Kind
from services.notify.texts import Message, render
from tests.notify.conftest import World, delivery_of, stamp

K = Kind
DUE = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)


def changed(state: str, person: UUID, decider: UUID, centre: UUID) -> pb.RebindingChanged:
    return pb.RebindingChanged(
        rebinding_id=str(uuid4()),
        serial="HB-5C1D2B3A",
        person_id=str(person),
        state=account_pb2.RebindingState.Value(f"REBINDING_STATE_{state}"),
        effective_at=stamp(DUE),
        decider_ids=[str(decider)],
        centre_ids=[str(centre)],
        version=1,
    )


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("ASKED", [[K.REBINDING_ASKED], [K.REBINDING_TO_DECIDE], []]),
        ("APPROVED", [[K.REBINDING_APPROVED], [], []]),
        ("OBJECTED", [[], [], [K.CENTRE_REBINDING_OBJECTED]]),
        *[(state, [[], [], []]) for state in ("EFFECTED", "REFUSED", "EXPIRED", "CANCELLED")],
    ],
)
async def test_who_is_told_of_a_new_wechat_account(world: World, state: str, told: list[list[Kind]]) -> None:
    people = (uuid4(), uuid4(), uuid4())
    event = delivery_of(changed(state, *people))
    await world.deliver([event])
    await world.deliver([event])  # as after a lost acknowledgement
    assert [[message.kind for message in await world.inbox(person)] for person in people] == told


async def test_whoever_may_appoint_another_hears_that_a_contact_left(world: World) -> None:
    officer, lead = uuid4(), uuid4()
    event = pb.LiaisonResigned(
        enterprise_id=str(uuid4()), enterprise_name="示例有限公司", appointer_ids=[str(officer), str(lead)], version=4
    )
    await world.happen(event)
    for person in (officer, lead):
        (message,) = await world.inbox(person)
        assert (message.kind, message.subject_id) == (K.LIAISON_RESIGNED, event.enterprise_id)
        assert message.body == "示例有限公司的联系人已辞任，请商企业尽快确定新的联系人。"


async def test_a_message_about_an_account_opens_its_own_page(world: World) -> None:
    settings: Any = world.sender()._settings
    assert "account" in settings.wechat_account_page
    pages = [
        world.sender()._page(Message(kind, uuid4(), "HB-1", {}, DUE, "")).split("?")[0]
        for kind in (K.REBINDING_ASKED, K.DEMAND_REPLIED)
    ]
    assert pages == ["pages/account/index", "pages/demand/detail"]


def test_it_says_until_when_one_may_object() -> None:
    message = Message(K.REBINDING_ASKED, uuid4(), "HB-5C1D2B3A", {"due": DUE.isoformat()}, DUE, "")
    assert "请于11月25日09:30前点开提出异议" in render(message, "zh")[1]
