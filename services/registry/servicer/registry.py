"""RegistryService: areas, units, enterprises, contacts, cohorts and names."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import grpc
from fahu.access.v1.access_pb2 import Role
from fahu.registry.v1 import account_pb2, enterprise_pb2, registry_service_pb2, registry_service_pb2_grpc, unit_pb2

from kit.auth import Actor
from kit.calendar import BEIJING
from kit.crypto import mask_name
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from kit.sheets import spreadsheet
from services.registry.models import Person
from services.registry.personal import PersonalData
from services.registry.queries import enterprises as enterprise_queries
from services.registry.queries import people as people_queries
from services.registry.queries import units as unit_queries
from services.registry.queries.enterprises import EnterpriseFilter
from services.registry.rules import Level, UnitKind, year_of
from services.registry.rules.cohorts import FILE
from services.registry.service import cohorts, liaisons, people
from services.registry.service.audit import Retry
from services.registry.service.liaisons import LiaisonDraft
from services.registry.servicer import encode, programme

pb = registry_service_pb2
Context = grpc.aio.ServicerContext[Any, Any]


class RegistryServicer(registry_service_pb2_grpc.RegistryServiceServicer):
    def __init__(self, db: Database, personal: PersonalData) -> None:
        self.db = db
        self.personal = personal

    async def ListAreas(self, request: pb.ListAreasRequest, context: Context) -> pb.ListAreasResponse:
        day = programme.day_of("on", request.on) or datetime.now(BEIJING).date()
        async with self.db.read() as session:
            found = await unit_queries.areas_on(session, day)
        return pb.ListAreasResponse(areas=[encode.area(area) for area in found])

    async def ListUnits(self, request: pb.ListUnitsRequest, context: Context) -> pb.ListUnitsResponse:
        kind = UnitKind(unit_pb2.UnitKind.Name(request.kind).removeprefix("UNIT_KIND_")) if request.kind else None
        async with self.db.read() as session:
            views = await unit_queries.units(session, kind)
        actor = actor_of(context)
        names = {person.id: self._name(actor, person, set()) for view in views for _, person in view.holders}
        return pb.ListUnitsResponse(units=[encode.unit(view, names) for view in views])

    async def GetEnterprise(self, request: pb.GetEnterpriseRequest, context: Context) -> pb.GetEnterpriseResponse:
        year = request.year or year_of(datetime.now(UTC))
        enterprise = await self._enterprise(actor_of(context), UUID(request.enterprise_id), year)
        return pb.GetEnterpriseResponse(enterprise=enterprise)

    async def ListEnterprises(self, request: pb.ListEnterprisesRequest, context: Context) -> pb.ListEnterprisesResponse:
        actor = actor_of(context)
        level = Level(enterprise_pb2.Level.Name(request.level).removeprefix("LEVEL_")) if request.level else None
        year = request.year or year_of(datetime.now(UTC))
        wanted = EnterpriseFilter(year, request.area_code, level, request.text.strip())
        async with self.db.read() as session:
            views, token = await enterprise_queries.enterprises_page(
                session, actor, wanted, request.page_size, request.page_token
            )
        found = [encode.enterprise(view, self.personal, actor) for view in views]
        return pb.ListEnterprisesResponse(enterprises=found, next_page_token=token)

    async def AppointLiaison(self, request: pb.AppointLiaisonRequest, context: Context) -> pb.AppointLiaisonResponse:
        actor, enterprise_id, now = actor_of(context), UUID(request.enterprise_id), datetime.now(UTC)
        retry = Retry(request.request_id, self.personal.request_mark(fingerprint(request)))
        async with self.db.begin() as session:
            draft = _draft(request.liaison)
            await liaisons.appoint_liaison(session, self.personal, actor, enterprise_id, draft, retry, now)
        return pb.AppointLiaisonResponse(enterprise=await self._enterprise(actor, enterprise_id, year_of(now)))

    async def ReplaceLiaison(self, request: pb.ReplaceLiaisonRequest, context: Context) -> pb.ReplaceLiaisonResponse:
        actor, enterprise_id, now = actor_of(context), UUID(request.enterprise_id), datetime.now(UTC)
        retry = Retry(request.request_id, self.personal.request_mark(fingerprint(request)))
        async with self.db.begin() as session:
            draft, version = _draft(request.liaison), request.expected_version
            await liaisons.replace_liaison(
                session, self.personal, actor, enterprise_id, draft, request.reason, version, retry, now
            )
        return pb.ReplaceLiaisonResponse(enterprise=await self._enterprise(actor, enterprise_id, year_of(now)))

    async def ImportCohort(self, request: pb.ImportCohortRequest, context: Context) -> pb.ImportCohortResponse:
        rows = await asyncio.to_thread(spreadsheet.read_rows, request.file_name, request.content, FILE)
        async with self.db.begin() as session:
            outcome = await cohorts.import_cohort(
                session, self.personal, actor_of(context), request.year, rows, datetime.now(UTC), request.dry_run
            )
        errors = [encode.import_error(error) for error in outcome.errors]
        return pb.ImportCohortResponse(row_count=outcome.row_count, created_count=outcome.created_count, errors=errors)

    async def BatchGetPersonNames(
        self, request: pb.BatchGetPersonNamesRequest, context: Context
    ) -> pb.BatchGetPersonNamesResponse:
        actor = actor_of(context)
        ids = [UUID(person_id) for person_id in request.person_ids]
        async with self.db.read() as session:
            found = await people_queries.people_with_units(session, ids)
            colleagues = await people_queries.contacts_ever_of(session, actor.person_id) if _is_outsider(actor) else set()
        names = [
            account_pb2.PersonName(person_id=str(person.id), name=self._name(actor, person, colleagues), unit_code=unit_code)
            for person, unit_code in found
        ]
        return pb.BatchGetPersonNamesResponse(names=names)

    async def RevealPhone(self, request: pb.RevealPhoneRequest, context: Context) -> pb.RevealPhoneResponse:
        actor, person_id = actor_of(context), UUID(request.person_id)
        async with self.db.begin() as session:
            phone, name = await people.reveal_phone(
                session, self.personal, actor, person_id, request.reason, datetime.now(UTC)
            )
        return pb.RevealPhoneResponse(phone=phone, name=name)

    async def _enterprise(self, actor: Actor, enterprise_id: UUID, year: int) -> enterprise_pb2.Enterprise:
        async with self.db.read() as session:
            view = await enterprise_queries.enterprise_view(session, actor, enterprise_id, year)
        return encode.enterprise(view, self.personal, actor)

    def _name(self, actor: Actor, person: Person, colleagues: set[UUID]) -> str:
        """Whole for staff, for the person, and among the contacts of one enterprise; else masked."""
        name = self.personal.name(person)
        whole = not _is_outsider(actor) or actor.subject == str(person.id) or person.id in colleagues
        return name if whole else mask_name(name)


def _is_outsider(actor: Actor) -> bool:
    """True for somebody who is no staff: an enterprise's contact."""
    return actor.roles <= {Role.ROLE_LIAISON}


def _draft(liaison: pb.NewLiaison) -> LiaisonDraft:
    return LiaisonDraft(liaison.name.strip(), liaison.phone, liaison.consented, liaison.consent_version)
