"""Who asks, and who may: every route declares its callers, and an application with a route that does not cannot be built."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fahu.access.v1.access_pb2 import Role
from fastapi import Depends, FastAPI, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase

from kit.auth import Actor, TokenSigner, TokenVerifier
from kit.errors import PermissionDenied
from kit.wechat import WechatClient
from services.gateway.attempts import Attempts, Guesses
from services.gateway.clients import Clients
from services.gateway.errors import BodyUnreadable
from services.gateway.headers import SCOPE_KEY, Heads
from services.gateway.revocations import Revocations
from services.gateway.stream import Streams

EVERYBODY = tuple(number for number in Role.values() if number)
UPLOADS_AT_ONCE = 2  # as many files as a process of dispatch looks at
SURVEY_CALLS_AT_ONCE = 6  # fewer than registry has connections: a census keeps nobody from signing in
CENTRE = (Role.ROLE_CENTRE_OPERATOR, Role.ROLE_CENTRE_LEAD)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with; made once, in __main__."""

    clients: Clients
    verifier: TokenVerifier
    signer: TokenSigner
    revocations: Revocations
    streams: Streams
    wechat: WechatClient
    per_address: Attempts
    per_login: Attempts
    per_openid: Attempts
    refreshes: Attempts
    verifications: Attempts
    uploads: asyncio.Semaphore
    per_survey_link: Attempts
    survey_guesses: Guesses
    survey_calls: asyncio.Semaphore
    invite_link: str
    check_in_guesses: Guesses
    link_guesses: Guesses
    check_in_link: str


@dataclass(frozen=True, slots=True)
class Guest:
    """A request whose sender nobody asked for."""

    heads: Heads
    parts: Parts
    address: str


@dataclass(frozen=True, slots=True)
class Caller:
    """A request by a verified person, with one of the route's roles."""

    actor: Actor
    heads: Heads
    parts: Parts

    @property
    def clients(self) -> Clients:
        return self.parts.clients

    @property
    def of_enterprise(self) -> bool:
        """Enterprises and staff read different words."""
        return self.actor.has(Role.ROLE_LIAISON)


class Allow(SecurityBase):
    """Dependency that lets people with any of the roles in, and nobody else."""

    def __init__(self, roles: frozenset[int]) -> None:
        self.roles = roles
        self.model = HTTPBearer(
            bearerFormat="JWT", description="访问令牌，见 auth/*，有效期十分钟。Access token from auth/*."
        )
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> Caller:
        _check_utf8(request)
        heads: Heads = request.scope[SCOPE_KEY]
        parts: Parts = request.app.state.parts
        actor = parts.verifier.verify(heads.token)
        parts.revocations.check(actor)
        if actor.roles.isdisjoint(self.roles):
            raise PermissionDenied
        return Caller(actor, heads, parts)


class AllowAnyone:
    """Dependency of the few routes that are open: sign-in, health, documentation."""

    async def __call__(self, request: Request) -> Guest:
        _check_utf8(request)
        client = request.client
        return Guest(request.scope[SCOPE_KEY], request.app.state.parts, client.host if client else "unknown")


def _check_utf8(request: Request) -> None:
    """Python's JSON also reads UTF-16 and UTF-32, which nobody else here does. Both show a NUL within the first character.

    Here, because it is the one thing of ours that runs on every route once the body is read.
    """
    if b"\0" in getattr(request, "_body", b"")[:4]:
        raise BodyUnreadable


def allow(*roles: int) -> Allow:
    """Declare the roles that may call a route."""
    if not roles:
        raise ValueError("name at least one role")
    return Allow(frozenset(roles))


def allow_anyone() -> AllowAnyone:
    """Declare a route open to everybody."""
    return AllowAnyone()


Anybody = Annotated[Guest, Depends(allow_anyone())]
AnyRole = Annotated[Caller, Depends(allow(*EVERYBODY))]
CentreCaller = Annotated[Caller, Depends(allow(*CENTRE))]
LiaisonCaller = Annotated[Caller, Depends(allow(Role.ROLE_LIAISON))]


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """One route with who may call it. No roles: anyone."""

    method: str
    path: str
    roles: frozenset[int]


class RuleMissing(RuntimeError):
    """Some routes declare no caller."""


def declared_rules(app: FastAPI) -> list[DeclaredRule]:
    """The rules of all routes. Raises RuleMissing, naming those without exactly one."""
    rules, missing = [], []
    for route in app.routes:
        found = list(_guards(route))
        if len(found) != 1:
            missing.append(getattr(route, "path", repr(route)))
            continue
        roles = found[0].roles if isinstance(found[0], Allow) else frozenset()
        rules += [DeclaredRule(method, route.path, roles) for method in sorted(route.methods)]  # type: ignore[attr-defined]
    if missing:
        raise RuleMissing("no caller, or more than one rule, declared for " + ", ".join(sorted(missing)))
    return rules


def _guards(route: Any) -> Iterator[Allow | AllowAnyone]:
    if isinstance(route, APIRoute):
        for dependency in route.dependant.dependencies:
            if isinstance(dependency.call, Allow | AllowAnyone):
                yield dependency.call
