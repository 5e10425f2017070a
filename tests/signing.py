"""Keys and tokens for tests: a door that signs people in, and services that speak for themselves."""

from functools import cache
from uuid import UUID, uuid4

from fahu.access.v1.access_pb2 import Role

from kit.auth import Actor, TokenSigner, TokenVerifier, generate_keys

SERVICES = ["gateway", "registry", "dispatch", "courses", "notify"]


@cache
def keys() -> tuple[dict[str, str], str]:
    return generate_keys(SERVICES)


def verifier() -> TokenVerifier:
    return TokenVerifier(keys()[1])


def signer(service: str) -> TokenSigner:
    return TokenSigner(keys()[0][service])


def person(
    *roles: Role.ValueType, unit: str = "", organisation: UUID | None = None, area: str = "", person_id: UUID | None = None
) -> Actor:
    return Actor(
        subject=str(person_id or uuid4()),
        roles=frozenset(int(role) for role in roles),
        unit_code=unit,
        organisation_id=organisation,
        area_code=area,
    )


def token_of(actor: Actor) -> str:
    return signer("gateway").for_person(actor)
