"""Access tokens between the hops: who signs them, who believes them, and the Actor they name.

Every process verifies tokens itself with public keys. A signing key has a name; only the gateway's may speak for people, any
other key speaks for the service of its own name.
"""

import json
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kit.errors import Unauthenticated

ALGORITHM = "Ed25519"  # RFC 9864
CACHE_SIZE = 20_000
EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Actor:
    """A verified caller: a person with roles, or a service.

    `roles` are values of fahu.access.v1.Role. `unit_code` is the staff member's unit, `organisation_id` the enterprise a
    contact speaks for, `area_code` the area of either; empty where they do not apply.
    """

    subject: str
    roles: frozenset[int] = frozenset()
    service: str = ""
    unit_code: str = ""
    organisation_id: UUID | None = None
    area_code: str = ""
    issued_at: datetime = EPOCH

    @property
    def person_id(self) -> UUID:
        """The person's id; services have none."""
        if self.service:
            raise Unauthenticated
        return UUID(self.subject)

    def has(self, *roles: int) -> bool:
        return not self.roles.isdisjoint(roles)


class TokenSigner:
    """Signs tokens with one private Ed25519 key (JWK text with `kid`, the key's name)."""

    def __init__(self, private_jwk: str, lifetime: int = 600) -> None:
        self._key = OKPKey.import_key(json.loads(private_jwk))
        self._name = str(self._key.kid)
        self.lifetime = lifetime
        self._service_token = ("", 0.0)

    def for_person(self, actor: Actor) -> str:
        """A token for a person, valid `lifetime` seconds from now."""
        claims = {
            "sub": actor.subject,
            "roles": sorted(actor.roles),
            "unit": actor.unit_code,
            "area": actor.area_code,
        }
        claims["org"] = str(actor.organisation_id) if actor.organisation_id else ""
        return self._sign(claims)

    def for_service(self) -> str:
        """A token in the name of the process that owns the key; reused until half its life is over."""
        token, until = self._service_token
        if time.time() >= until:
            token = self._sign({"sub": self._name, "svc": self._name})
            self._service_token = (token, time.time() + self.lifetime / 2)
        return token

    def _sign(self, claims: dict[str, Any]) -> str:
        now = time.time()
        header = {"alg": ALGORITHM, "kid": self._name}
        return jwt.encode(header, claims | {"iat": now, "exp": now + self.lifetime}, self._key, algorithms=[ALGORITHM])


def generate_keys(names: list[str]) -> tuple[dict[str, str], str]:
    """Make a private key for each name; return them (JWK texts) and the text of the public keys that all trust."""
    keys = {name: OKPKey.generate_key("Ed25519", {"kid": name}) for name in names}
    public = {"keys": [key.as_dict(private=False) for key in keys.values()]}
    return {name: json.dumps(key.as_dict(private=True)) for name, key in keys.items()}, json.dumps(public)


class TokenVerifier:
    """Turns tokens into actors, or refuses. Verified tokens are remembered until they expire: a signature costs 0.1 ms."""

    def __init__(self, public_jwks: str, people_key: str = "gateway") -> None:
        self._keys = {str(key["kid"]): OKPKey.import_key(key) for key in json.loads(public_jwks)["keys"]}
        self._people_key = people_key
        self._cache: OrderedDict[str, tuple[Actor, float]] = OrderedDict()

    def verify(self, token: str) -> Actor:
        """Return the actor named by the token. Raises Unauthenticated for anything but a live token of ours."""
        known = self._cache.get(token)
        if known and known[1] > time.time():
            return known[0]
        actor, expires = self._decode(token)
        self._cache[token] = (actor, expires)
        if len(self._cache) > CACHE_SIZE:
            self._cache.popitem(last=False)
        return actor

    def _decode(self, token: str) -> tuple[Actor, float]:
        try:
            decoded = jwt.decode(token, lambda unverified: self._key_of(unverified.headers()), algorithms=[ALGORITHM])
            claims = decoded.claims
            actor = self._actor(str(decoded.header["kid"]), claims)
            expires = float(claims["exp"])
        except (JoseError, ValueError, KeyError, TypeError, OverflowError) as error:
            raise Unauthenticated from error
        if expires <= time.time():
            raise Unauthenticated
        return actor, expires

    def _key_of(self, headers: dict[str, Any]) -> OKPKey:
        return self._keys[str(headers["kid"])]

    def _actor(self, key_name: str, claims: dict[str, Any]) -> Actor:
        issued = datetime.fromtimestamp(float(claims["iat"]), UTC)
        if claims.get("svc"):
            if claims["svc"] != key_name:
                raise ValueError("a key speaks only for the service of its own name")
            return Actor(subject=key_name, service=key_name, issued_at=issued)
        if key_name != self._people_key:
            raise ValueError("only the door signs people in")
        return Actor(
            subject=str(UUID(claims["sub"])),
            roles=frozenset(int(role) for role in claims["roles"]),
            unit_code=str(claims["unit"]),
            organisation_id=UUID(claims["org"]) if claims["org"] else None,
            area_code=str(claims["area"]),
            issued_at=issued,
        )
