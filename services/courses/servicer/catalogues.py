"""CatalogueService: the catalogue of a year, published and read."""

from typing import Any

from fahu.access.v1.access_pb2 import Role
from fahu.courses.v1 import catalogue_service_pb2 as rpc
from fahu.courses.v1.catalogue_service_pb2_grpc import CatalogueServiceServicer

from kit.auth import Actor
from kit.db import Database
from kit.rpc.interceptors import actor_of
from services.courses.models import Catalogue
from services.courses.queries import catalogues as queries
from services.courses.queries.catalogues import CatalogueView, ItemView
from services.courses.rules.courseware import Progress, lacking
from services.courses.service import catalogues
from services.courses.servicer.edge import errand, stamp, year_or_this


class CatalogueServicer(CatalogueServiceServicer):
    """See proto/fahu/courses/v1/catalogue_service.proto for what each RPC does and how it refuses."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def PublishCatalogue(self, request: rpc.PublishCatalogueRequest, context: Any) -> rpc.PublishCatalogueResponse:
        actor = actor_of(context)
        async with errand(self.db, actor, request, request.request_id) as begun:
            version = await catalogues.bring_out(begun, request.year)
            view = await queries.catalogue_view(begun.session, actor, request.year, version)
        return rpc.PublishCatalogueResponse(catalogue=_catalogue(view, actor))

    async def GetCatalogue(self, request: rpc.GetCatalogueRequest, context: Any) -> rpc.GetCatalogueResponse:
        actor, year = actor_of(context), year_or_this(request.year)
        async with self.db.read() as session:
            view = await queries.catalogue_view(session, actor, year, request.version)
        return rpc.GetCatalogueResponse(catalogue=_catalogue(view, actor))

    async def ListCatalogueVersions(
        self, request: rpc.ListCatalogueVersionsRequest, context: Any
    ) -> rpc.ListCatalogueVersionsResponse:
        year = year_or_this(request.year)
        async with self.db.read() as session:
            found, token = await queries.versions_page(session, year, request.page_size, request.page_token)
        return rpc.ListCatalogueVersionsResponse(versions=map(_version, found), next_page_token=token)

    async def GetCatalogueProgress(
        self, request: rpc.GetCatalogueProgressRequest, context: Any
    ) -> rpc.GetCatalogueProgressResponse:
        async with self.db.read() as session:
            found = await queries.progress(session, year_or_this(request.year))
        publishable = bool(found) and not lacking(found)
        return rpc.GetCatalogueProgressResponse(agencies=map(_progress, found), publishable=publishable)


def _catalogue(view: CatalogueView, actor: Actor) -> rpc.Catalogue:
    """Enterprises are not told which official published it."""
    one = view.catalogue
    enterprise = all(role == Role.ROLE_LIAISON for role in actor.roles)
    return rpc.Catalogue(
        year=one.year,
        version=one.version,
        published_at=stamp(one.published_at),
        published_by="" if enterprise else str(one.published_by),
        items=map(_item, view.items),
    )


def _item(view: ItemView) -> rpc.CatalogueItem:
    one = view.item
    return rpc.CatalogueItem(
        courseware_id=str(one.courseware_id),
        serial=one.serial,
        unit_code=one.unit_code,
        unit_name=one.unit_name,
        title=one.title,
        summary=one.summary,
        minutes=one.minutes,
        retired=view.retired,
    )


def _version(one: Catalogue) -> rpc.CatalogueVersion:
    return rpc.CatalogueVersion(
        version=one.version,
        published_at=stamp(one.published_at),
        published_by=str(one.published_by),
        item_count=one.item_count,
    )


def _progress(one: Progress) -> rpc.AgencyProgress:
    return rpc.AgencyProgress(unit_code=one.unit_code, unit_name=one.unit_name, have=one.have, want=one.want)
