"""Events of dispatch with every value their fields may have, and one that tells a given kind to somebody."""

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from fahu.dispatch.v1 import demand_pb2, events_pb2
from fahu.registry.v1 import account_pb2
from fahu.registry.v1 import events_pb2 as registry_events

from services.notify import accounts, notices
from services.notify.rules import Kind
from tests.notify.conftest import stamp, subject

DUE = stamp(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
STATES = (demand_pb2.STATE_TRIAGE, demand_pb2.STATE_HANDLING)


def _values(field: Any) -> list[Any]:
    """Enums but for unspecified; whoever decides is told by the audience, so the stage has one value here."""
    if field.message_type:
        return [DUE]
    if field.enum_type:
        numbers = [value.number for value in field.enum_type.values if value.number]
        return numbers[:1] if field.name == "stage" else numbers
    if field.type == field.TYPE_BOOL:
        return [True, False]
    return [80, 50] if field.name == "percent" else [1] if field.type == field.TYPE_INT32 else [None]


def variants(kind: Any, state: demand_pb2.State.ValueType, audience: Any, fixed: Mapping[str, Any]) -> Iterator[Any]:
    """Events of one type, with each set of values beside those that are fixed."""
    fields = {one.name: _values(one) for one in kind.DESCRIPTOR.fields if one.name not in ("demand", "audience")}
    fields |= {name: [value] for name, value in fixed.items()}
    about = subject()
    about.state = state
    for values in itertools.product(*fields.values()):
        known = {name: value for name, value in zip(fields, values, strict=True) if value is not None}
        yield kind(demand=about, audience=audience, **known)


def telling(kind: Kind, person: UUID) -> Any:
    """An event that tells a person of this kind."""
    for account_event in about_accounts(person):
        if accounts.read(account_event).readers.get(str(person)) is kind:
            return account_event
    for type, state, (party, field) in itertools.product(notices.READERS, STATES, notices.AUDIENCE.items()):
        audience: Any = {field: [str(person)]}
        for event in variants(type, state, events_pb2.Audience(**audience), {}):
            if getattr(notices.read(event)[0], party) is kind:
                return event
    raise AssertionError(f"no event tells {kind}")


def about_accounts(person: UUID) -> Iterator[Any]:
    """What registry tells of accounts, with one person in each part."""
    for state in account_pb2.RebindingState.values():
        for part in ({"person_id": str(person)}, {"decider_ids": [str(person)]}, {"centre_ids": [str(person)]}):
            given: Any = {"person_id": str(uuid4())} | part
            yield registry_events.RebindingChanged(
                rebinding_id=str(uuid4()), serial="HB-5C1D2B3A", state=state, effective_at=DUE, version=2, **given
            )
    yield registry_events.LiaisonResigned(
        enterprise_id=str(uuid4()), enterprise_name="示例有限公司", appointer_ids=[str(person)], version=3
    )
