"""Rows to messages. What a caller may see of a person is decided here: whole, masked, or only their id."""

from datetime import datetime
from uuid import UUID

from fahu.registry.v1 import account_pb2, area_pb2, enterprise_pb2, unit_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from kit.auth import Actor
from kit.crypto import mask_name, mask_phone
from services.registry.models import Designation, Liaison, Person
from services.registry.personal import PersonalData
from services.registry.queries.enterprises import EnterpriseView
from services.registry.queries.people import AccountView
from services.registry.queries.units import NamedArea, UnitView
from services.registry.rules.sheets import RowError
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
    )


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
