"""The reviewed table of who may do what (matrix.md), and the same table as the declared rules have it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fahu.access.v1 import access_pb2
from fahu.access.v1.access_pb2 import Role
from fahu.notify.v1 import notify_service_pb2
from fastapi import FastAPI
from google.protobuf.descriptor import ServiceDescriptor

from kit.rpc.access import rules_of
from services.courses.__main__ import SERVICES as COURSES
from services.dispatch.__main__ import SERVICES as DISPATCH
from services.gateway.auth import declared_rules
from services.registry.__main__ import SERVICES as REGISTRY

FILE = Path(__file__).parent / "matrix.md"
ROLES = {
    "liaison": Role.ROLE_LIAISON,
    "agency contact": Role.ROLE_AGENCY_CONTACT,
    "agency handler": Role.ROLE_AGENCY_HANDLER,
    "agency lead": Role.ROLE_AGENCY_LEAD,
    "centre operator": Role.ROLE_CENTRE_OPERATOR,
    "centre lead": Role.ROLE_CENTRE_LEAD,
    "supervisor": Role.ROLE_SUPERVISOR,
    "area officer": Role.ROLE_AREA_OFFICER,
}
SERVICES = ("gateway", "registry", "dispatch", "courses", "notify")
NOBODY = "nobody"
COLUMNS = (*ROLES, *SERVICES, NOBODY)
CONTRACTS: tuple[ServiceDescriptor, ...] = (
    *DISPATCH,
    *(service for service in COURSES if service.name != "CarrierService"),
    notify_service_pb2.DESCRIPTOR.services_by_name["NotifyService"],
    *REGISTRY,
)
REFUSED = "–"
# What a cell may say, and whether that reaches beyond what is the caller's own.
WORDS = {"all": True, "open": True, "own": False, "area": False, "on behalf": False, REFUSED: False}


@dataclass(frozen=True)
class Line:
    """One RPC or route: what kind of thing it is about (empty: nothing in particular), and each caller's reach."""

    name: str
    about: str
    reach: Mapping[str, str]

    @property
    def is_route(self) -> bool:
        return " /" in self.name

    @property
    def admitted(self) -> frozenset[str]:
        return frozenset(column for column, word in self.reach.items() if word != REFUSED)


def reviewed() -> list[Line]:
    """The lines of matrix.md."""
    rows = [_cells(text) for text in FILE.read_text("utf-8").splitlines() if text.startswith("| `")]
    whole = [row for row in rows if len(row) == len(COLUMNS) + 2]  # the legend has fewer cells
    lines = [Line(name.strip("`"), about, dict(zip(COLUMNS, reach, strict=True))) for name, about, *reach in whole]
    unknown = {word for line in lines for word in line.reach.values()} - WORDS.keys()
    assert not unknown, f"matrix.md has cells of an unknown kind: {unknown}"
    return lines


def headings() -> list[tuple[str, ...]]:
    """The column heads of each table in matrix.md."""
    return [tuple(_cells(text)[1:]) for text in FILE.read_text("utf-8").splitlines() if text.startswith("| what ")]


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.strip("|").split("|")]


def declared(app: FastAPI) -> dict[str, frozenset[str]]:
    """Who gets in, by RPC and by route, as the contracts' options and the routes' guards declare it."""
    return dict([*_declared_rpcs(), *_declared_routes(app)])


def _declared_rpcs() -> Iterator[tuple[str, frozenset[str]]]:
    for path, rule in rules_of(list(CONTRACTS), access_pb2.rule).items():
        service, method = path.rsplit(".", 1)[-1].split("/")
        yield f"{service}/{method}", _people(rule.roles) | rule.services


def _declared_routes(app: FastAPI) -> Iterator[tuple[str, frozenset[str]]]:
    for rule in declared_rules(app):
        yield f"{rule.method} {rule.path}", _people(rule.roles) or frozenset(COLUMNS)


def _people(roles: frozenset[int]) -> frozenset[str]:
    return frozenset(name for name, role in ROLES.items() if role in roles)
