"""Every route declares who may call it, and lets in exactly whom the RPC behind it lets in."""

import re

import pytest
from fahu.access.v1 import access_pb2
from fastapi import FastAPI
from fastapi.routing import APIRoute

from kit.rpc.access import rules_of
from services.gateway.app import build
from services.gateway.auth import EVERYBODY, RuleMissing, declared_rules
from tests.journeys.table import CONTRACTS

OPEN = {
    "sign_in_with_wechat",
    "sign_in_with_password",
    "refresh_session",
    "sign_out",
    "health",
    "description",
    "documentation",
    "documentation_start",
    "documentation_asset",
    "verification_page",
}


# An address for some of those whom the RPC behind it lets in: only they would find anything there.
NARROWER = {"get_catalogue_version": "GetCatalogue"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return build(None)  # type: ignore[arg-type]  # nothing is served here


def test_routes_let_in_whom_their_rpc_lets_in(app: FastAPI) -> None:
    roles_of_rpc = {path.split("/")[-1]: rule.roles for path, rule in rules_of(list(CONTRACTS), access_pb2.rule).items()}
    declared = {(rule.method, rule.path): rule.roles for rule in declared_rules(app)}
    for route in app.routes:
        assert isinstance(route, APIRoute)
        roles = next(declared[method, route.path] for method in route.methods or ())
        if route.name in OPEN:
            assert not roles
        elif route.name == "listen":
            assert roles == frozenset(EVERYBODY)
        elif route.name in NARROWER:
            assert roles < roles_of_rpc[NARROWER[route.name]]
        else:
            assert roles == roles_of_rpc[_rpc_of(route.name)], route.name
    assert EVERYBODY == (1, 2, 3, 4, 5, 6, 7, 8)


def _rpc_of(name: str) -> str:
    """ListDemands of list_demands. Lecturers and consultants are asked for at two addresses and by the same RPCs."""
    return "".join(word.title() for word in re.sub("lecturer|consultant", "member", name).split("_"))


def test_a_route_without_a_rule_keeps_the_door_shut() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/secret")
    async def secret() -> None: ...

    with pytest.raises(RuleMissing, match="/secret"):
        declared_rules(app)
    with pytest.raises(RuleMissing, match="openapi"):
        declared_rules(FastAPI())
