"""Rows to messages. What a caller may see of a person is decided here: whole, masked, or only their id."""

from datetime import datetime
from uuid import UUID

from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import (
    account_pb2,
    area_pb2,
    enterprise_pb2,
    invite_service_pb2,
    liaison_service_pb2,
    rebinding_service_pb2,
    unit_pb2,
)
from google.protobuf.timestamp_pb2 import Timestamp

from kit.auth import Actor
from kit.crypto import mask_name, mask_phone
from kit.sheets.rows import RowError
from services.registry.models import Designation, Invite, Liaison, Person, Rebinding
from services.registry.personal import PersonalData
from services.registry.queries.enterprises import EnterpriseView
from services.registry.queries.people import AccountView
from services.registry.queries.rebindings import RebindingView
from services.registry.queries.units import NamedArea, UnitView
from services.registry.rules.rebindings import serial_of, state_at
from services.registry.service.sessions import OpenSession


def moment(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def area(found: NamedArea) -> area_pb2.Area:
    kind = area_pb2.AreaKind.Value(f"AREA_KIND_{found.kind}")
    return area_pb2.Area(code=found.code, name=found.name, kind=kind, district_quota=found.district_quota)


def unit(view: UnitView, names: dict[UUID, str]) -> unit_pb2.Unit:
    """`names` by person id, as the caller may see them."""
    found = view.unit
    message = unit_pb2.Unit(
        code=found.code,
        name=found.name,
        kind=unit_pb2.UnitKind.Value(f"UNIT_KIND_{found.kind}"),
        area_code=found.area_code or "",
        active=found.active,
        position=found.position,
    )
    for held, person in view.holders:
        duty = unit_pb2.Duty.Value(f"DUTY_{held.duty}")
        message.duties.add(duty=duty, person_id=str(person.id), name=names[person.id])
    return message


def enterprise(view: EnterpriseView, personal: PersonalData, actor: Actor) -> enterprise_pb2.Enterprise:
    found = view.enterprise
    message = enterprise_pb2.Enterprise(
        id=str(found.id), uscc=found.uscc, name=found.name, area_code=view.area_code, version=found.version
    )
    if view.designation:
        message.designation.CopyFrom(_designation(view.designation))
    if view.liaison and view.person:
        message.liaison.CopyFrom(_liaison(view.liaison, view.person, personal, actor))
    return message


def _designation(found: Designation) -> enterprise_pb2.Designation:
    return enterprise_pb2.Designation(
        id=str(found.id),
        year=found.year,
        area_code=found.area_code,
        level=enterprise_pb2.Level.Value(f"LEVEL_{found.level}"),
        active=found.active,
    )


def _liaison(found: Liaison, person: Person, personal: PersonalData, actor: Actor) -> enterprise_pb2.Liaison:
    name = personal.name(person)
    return enterprise_pb2.Liaison(
        person_id=str(person.id),
        name=name if actor.subject == str(person.id) else mask_name(name),
        phone=mask_phone(personal.phone(person)),
        consented_at=moment(found.consented_at),
        bound=person.openid is not None,
        consent_version=found.consent_version,
    )


def liaison_period(
    found: Liaison, person: Person, personal: PersonalData, actor: Actor
) -> liaison_service_pb2.LiaisonPeriod:
    """Why somebody left is told to staff alone."""
    name, outsider = personal.name(person), actor.roles <= {Role.ROLE_LIAISON}
    message = liaison_service_pb2.LiaisonPeriod(
        person_id=str(person.id),
        name=name if actor.subject == str(person.id) else mask_name(name),
        consented_at=moment(found.consented_at),
        consent_version=found.consent_version,
        end_reason="" if outsider else found.end_reason or "",
    )
    if found.ended_at:
        message.ended_at.CopyFrom(moment(found.ended_at))
    return message


def invite(found: Invite, liaison: Liaison) -> invite_service_pb2.Invite:
    return invite_service_pb2.Invite(
        id=str(found.id),
        enterprise_id=str(liaison.enterprise_id),
        person_id=str(liaison.person_id),
        created_by=str(found.created_by),
        created_at=moment(found.created_at),
        expires_at=moment(found.expires_at),
    )


def rebinding_state(found: Rebinding, now: datetime) -> account_pb2.RebindingState.ValueType:
    return account_pb2.RebindingState.Value(f"REBINDING_STATE_{state_at(found.state, found.expires_at, now)}")


def rebinding(view: RebindingView, personal: PersonalData, now: datetime) -> rebinding_service_pb2.Rebinding:
    found, state = view.rebinding, rebinding_state(view.rebinding, now)
    organisation = view.enterprise or view.unit
    message = rebinding_service_pb2.Rebinding(
        id=str(found.id),
        serial=serial_of(found.id),
        person_id=str(found.person_id),
        name=mask_name(personal.name(view.person)),
        phone=mask_phone(personal.phone(view.person)),
        enterprise_id=str(view.enterprise.id) if view.enterprise else "",
        organisation=organisation.name if organisation else "",
        state=state,
        asked_at=moment(found.asked_at),
        effective_at=moment(found.effective_at),
        expires_at=moment(found.expires_at),
        decided_by=str(found.decided_by or ""),
        version=found.version,
    )
    ended_at = found.ended_at or (found.expires_at if state == account_pb2.REBINDING_STATE_EXPIRED else None)
    for field, at in (("decided_at", found.decided_at), ("ended_at", ended_at)):
        if at:
            getattr(message, field).CopyFrom(moment(at))
    return message


def account(view: AccountView, personal: PersonalData) -> account_pb2.Account:
    return account_pb2.Account(
        person_id=str(view.person.id),
        name=personal.name(view.person),
        phone=mask_phone(personal.phone(view.person)),
        roles=sorted(view.roles),  # type: ignore[arg-type]  # values of Role
        unit_code=view.unit.code if view.unit else "",
        unit_name=view.unit.name if view.unit else "",
        enterprise_id=str(view.enterprise.id) if view.enterprise else "",
        enterprise_name=view.enterprise.name if view.enterprise else "",
        area_code=view.area_code,
    )


def session(opened: OpenSession) -> account_pb2.Session:
    return account_pb2.Session(id=str(opened.id), refresh_token=opened.refresh_token, expires_at=moment(opened.expires_at))


def import_error(error: RowError) -> enterprise_pb2.ImportError:
    return enterprise_pb2.ImportError(row=error.row, column=error.column, reason=error.reason, message=error.message)
