"""PlaqueService: plaques and certificates, made, handed over, drawn and verified."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fahu.registry.v1 import enterprise_pb2, plaque_pb2
from fahu.registry.v1 import plaque_service_pb2 as pb
from fahu.registry.v1.plaque_service_pb2_grpc import PlaqueServiceServicer
from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit import paging
from kit.auth import Actor
from kit.db import Database
from kit.idempotency import fingerprint
from kit.rpc.interceptors import actor_of
from kit.sheets.spreadsheet import write_rows
from services.registry.drawing.drawer import Drawer
from services.registry.errors import PlaquesNone, PlaquesTooMany
from services.registry.models import Designation, Plaque
from services.registry.personal import PersonalData
from services.registry.queries import plaques as queries
from services.registry.queries.plaques import PlaqueFilter, PlaqueView
from services.registry.rules import Level, year_of
from services.registry.rules import plaques as rules
from services.registry.rules.cohorts import LEVEL_NAMES
from services.registry.rules.plaques import Form, PlaqueState, Words
from services.registry.service import audit, plaques
from services.registry.service.audit import Retry
from services.registry.service.plaques import Errand
from services.registry.servicer import encode, programme

MOST_IN_A_FILE = 1_000
FILES_A_PAGE = 20
Change = Callable[[AsyncSession, Errand], Awaitable[UUID | None]]


class PlaqueServicer(PlaqueServiceServicer):
    """See proto/fahu/registry/v1/plaque_service.proto for what each RPC does and how it refuses."""

    def __init__(self, database: Database, personal: PersonalData, drawer: Drawer) -> None:
        self.db = database
        self.personal = personal
        self.drawer = drawer

    async def MakePlaques(self, request: pb.MakePlaquesRequest, context: Any) -> pb.MakePlaquesResponse:
        known = await self.drawer.characters()
        async with self.db.begin() as session:
            made, live = await plaques.make_plaques(session, actor_of(context), request.year, known, datetime.now(UTC))
        return pb.MakePlaquesResponse(made_count=made, live_count=live)

    async def ListPlaques(self, request: pb.ListPlaquesRequest, context: Any) -> pb.ListPlaquesResponse:
        level = enterprise_pb2.Level.Name(request.level).removeprefix("LEVEL_") if request.level else ""
        state = _state(request.state) if request.state else None
        year = request.year or year_of(datetime.now(UTC))
        wanted = PlaqueFilter(year, request.area_code, level, state)
        list_id = paging.fingerprint(list="plaques", year=year, area=request.area_code, level=level, state=state)
        size, after = paging.normal_page_size(request.page_size), _after(request.page_token, list_id)
        async with self.db.read() as session:
            found = await queries.page(session, actor_of(context), wanted, after, size)
        more = paging.encode_token(list_id, (found[size - 1].plaque.number,)) if len(found) > size else ""
        return pb.ListPlaquesResponse(plaques=[self._plaque(view) for view in found[:size]], next_page_token=more)

    async def GetPlaque(self, request: pb.GetPlaqueRequest, context: Any) -> pb.GetPlaqueResponse:
        return pb.GetPlaqueResponse(plaque=await self._read(actor_of(context), UUID(request.plaque_id)))

    async def IssuePlaque(self, request: pb.IssuePlaqueRequest, context: Any) -> pb.IssuePlaqueResponse:
        day = programme.day_of("issued_on", request.issued_on)
        by = UUID(request.issued_by) if request.issued_by else None

        async def issue(session: AsyncSession, errand: Errand) -> None:
            await plaques.issue(session, errand, day, by)

        return pb.IssuePlaqueResponse(plaque=await self._change(request.on, request, context, issue))

    async def ReturnPlaque(self, request: pb.ReturnPlaqueRequest, context: Any) -> pb.ReturnPlaqueResponse:
        async def take_back(session: AsyncSession, errand: Errand) -> None:
            await plaques.end(session, errand, PlaqueState.RETURNED, request.reason)

        return pb.ReturnPlaqueResponse(plaque=await self._change(request.on, request, context, take_back))

    async def LosePlaque(self, request: pb.LosePlaqueRequest, context: Any) -> pb.LosePlaqueResponse:
        async def lose(session: AsyncSession, errand: Errand) -> None:
            await plaques.end(session, errand, PlaqueState.LOST, request.reason)

        return pb.LosePlaqueResponse(plaque=await self._change(request.on, request, context, lose))

    async def ReissuePlaque(self, request: pb.ReissuePlaqueRequest, context: Any) -> pb.ReissuePlaqueResponse:
        known = await self.drawer.characters()

        async def reissue(session: AsyncSession, errand: Errand) -> UUID:
            return await plaques.reissue(session, errand, known)

        return pb.ReissuePlaqueResponse(plaque=await self._change(request.on, request, context, reissue))

    async def DrawPlaque(self, request: pb.DrawPlaqueRequest, context: Any) -> pb.DrawPlaqueResponse:
        async with self.db.read() as session:
            view = await queries.plaque_view(session, actor_of(context), UUID(request.plaque_id))
        (content,) = await self.drawer.draw(_form(request.form), [[_words(view.plaque)]])
        return pb.DrawPlaqueResponse(file=_file(view.plaque, content))

    async def DrawPlaques(self, request: pb.DrawPlaquesRequest, context: Any) -> pb.DrawPlaquesResponse:
        found = await self._to_draw(context, request.year, 0, MOST_IN_A_FILE)
        if not found:
            raise PlaquesNone(year=str(request.year))
        if len(found) > MOST_IN_A_FILE:
            raise PlaquesTooMany(limit=str(MOST_IN_A_FILE))
        form = _form(request.form)
        (content,) = await self.drawer.draw(form, [[_words(plaque) for plaque in found]])
        name = rules.cohort_file_name(request.year, form)
        return pb.DrawPlaquesResponse(file=pb.PlaqueFile(file_name=name, content=content))

    async def ListPlaqueFiles(self, request: pb.ListPlaqueFilesRequest, context: Any) -> pb.ListPlaqueFilesResponse:
        form, size = _form(request.form), request.page_size or FILES_A_PAGE
        list_id = paging.fingerprint(list="plaque_files", year=request.year, form=form)
        found = await self._to_draw(context, request.year, _after(request.page_token, list_id), size)
        if not found and not request.page_token:
            raise PlaquesNone(year=str(request.year))
        shown = found[:size]
        drawn = await self.drawer.draw(form, [[_words(plaque)] for plaque in shown])
        files = [_file(plaque, content) for plaque, content in zip(shown, drawn, strict=True)]
        more = paging.encode_token(list_id, (shown[-1].number,)) if len(found) > size else ""
        return pb.ListPlaqueFilesResponse(files=files, next_page_token=more)

    async def ExportPlaques(self, request: pb.ExportPlaquesRequest, context: Any) -> pb.ExportPlaquesResponse:
        actor, now = actor_of(context), datetime.now(UTC)
        async with self.db.begin() as session:
            found = await queries.to_export(session, actor, request.year)
            await audit.record(session, actor, "PLAQUES_EXPORTED", f"cohort/{request.year}", now)
        rows = [_row(*one, this_year=year_of(now)) for one in found]
        content = await asyncio.to_thread(write_rows, f"{request.year}年铭牌", rules.COLUMNS, rows)
        return pb.ExportPlaquesResponse(content=content)

    async def VerifyPlaque(self, request: pb.VerifyPlaqueRequest, context: Any) -> pb.VerifyPlaqueResponse:
        async with self.db.read() as session:
            row = await queries.by_token(session, request.token)
        standing = rules.standing(PlaqueState(row.state), row.year, row.active, year_of(datetime.now(UTC)))
        return pb.VerifyPlaqueResponse(standing=_standing(standing), wording=row.wording, year=row.year)

    async def _to_draw(self, context: Any, year: int, after: int, size: int) -> Sequence[Plaque]:
        async with self.db.read() as session:
            return await queries.to_draw(session, actor_of(context), year, after, size)

    async def _change(
        self, on: pb.PlaquePrecondition, request: Message, context: Any, use_case: Change
    ) -> plaque_pb2.Plaque:
        """One change of a plaque, and the plaque that it is about afterwards."""
        actor, plaque_id = actor_of(context), UUID(on.plaque_id)
        retry = Retry(on.request_id, self.personal.request_mark(fingerprint(request)))
        async with self.db.begin() as session:
            errand = Errand(actor, plaque_id, on.expected_version, retry, datetime.now(UTC))
            plaque_id = await use_case(session, errand) or plaque_id
        return await self._read(actor, plaque_id)

    async def _read(self, actor: Actor, plaque_id: UUID) -> plaque_pb2.Plaque:
        async with self.db.read() as session:
            return self._plaque(await queries.plaque_view(session, actor, plaque_id))

    def _plaque(self, view: PlaqueView) -> plaque_pb2.Plaque:
        found, point = view.plaque, view.designation
        state, this_year = PlaqueState(found.state), year_of(datetime.now(UTC))
        return plaque_pb2.Plaque(
            id=str(found.id),
            designation_id=str(point.id),
            enterprise_id=str(point.enterprise_id),
            year=found.year,
            area_code=point.area_code,
            level=enterprise_pb2.Level.Value(f"LEVEL_{point.level}"),
            number=found.number,
            serial=found.serial,
            wording=found.wording,
            enterprise_name=found.enterprise_name,
            area_name=found.area_name,
            state=plaque_pb2.PlaqueState.Value(f"PLAQUE_STATE_{state}"),
            standing=_standing(rules.standing(state, found.year, point.active, this_year)),
            made_on=found.made_on.isoformat(),
            issued_on=found.issued_on.isoformat() if found.issued_on else "",
            issued_by=str(found.issued_by or ""),
            ended_at=encode.moment(found.ended_at) if found.ended_at else None,
            replaces=str(found.replaces or ""),
            replaced_by=str(view.replaced_by or ""),
            verification_url=self.drawer.url(found.token),
            version=found.version,
        )


def _words(plaque: Plaque) -> Words:
    """What was frozen, and nothing else, goes onto paper."""
    return Words(
        year=plaque.year,
        serial=plaque.serial,
        wording=plaque.wording,
        enterprise_name=plaque.enterprise_name,
        area_name=plaque.area_name,
        awarded_by=tuple(plaque.awarded_by),
        made_on=plaque.made_on,
        token=plaque.token,
    )


def _file(plaque: Plaque, content: bytes) -> pb.PlaqueFile:
    name = rules.file_name(plaque.number, plaque.area_name, plaque.enterprise_name)
    return pb.PlaqueFile(file_name=name, content=content)


def _row(plaque: Plaque, point: Designation, uscc: str, this_year: int) -> Sequence[object]:
    state = PlaqueState(plaque.state)
    standing = rules.standing(state, plaque.year, point.active, this_year)
    days = (plaque.made_on, plaque.issued_on or "")
    texts = (plaque.serial, plaque.enterprise_name, uscc, LEVEL_NAMES[Level(point.level)], plaque.area_name, plaque.wording)
    return (*texts, rules.STATE_WORDS[state], rules.STANDING_WORDS[standing], *days)


def _standing(found: rules.Standing) -> plaque_pb2.PlaqueStanding.ValueType:
    return plaque_pb2.PlaqueStanding.Value(f"PLAQUE_STANDING_{found}")


def _state(number: plaque_pb2.PlaqueState.ValueType) -> PlaqueState:
    return PlaqueState(plaque_pb2.PlaqueState.Name(number).removeprefix("PLAQUE_STATE_"))


def _form(number: plaque_pb2.PlaqueForm.ValueType) -> Form:
    return Form.CERTIFICATE if number == plaque_pb2.PLAQUE_FORM_CERTIFICATE else Form.PLAQUE


def _after(token: str, list_id: str) -> int:
    return int(paging.decode_token(token, list_id, kinds=(int,))[0]) if token else 0
