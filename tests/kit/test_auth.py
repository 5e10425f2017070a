"""Access tokens: only what a trusted key signed, in its own name and not long ago, makes an actor."""

import base64
import json
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from kit.auth import ALGORITHM, Actor, TokenSigner, TokenVerifier, generate_keys
from kit.errors import Unauthenticated

PRIVATE, PUBLIC = generate_keys(["gateway", "dispatch"])
ANNA = Actor(str(uuid4()), frozenset({2, 3}), unit_code="hrss", organisation_id=uuid4(), area_code="310116101")


@pytest.fixture
def verifier() -> TokenVerifier:
    return TokenVerifier(PUBLIC)


def signed(claims: dict[str, Any], key: str = "gateway") -> str:
    """A token that a key's owner could make, whatever it says."""
    now = time.time()
    defaults = {"sub": ANNA.subject, "roles": [5], "unit": "", "area": "", "org": "", "iat": now, "exp": now + 60}
    kept = {name: value for name, value in (defaults | claims).items() if value is not None}
    private = OKPKey.import_key(json.loads(PRIVATE[key]))
    return jwt.encode({"alg": ALGORITHM, "kid": key}, kept, private, algorithms=[ALGORITHM])


def part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def test_a_person_arrives_as_signed_in(verifier: TokenVerifier) -> None:
    found = verifier.verify(TokenSigner(PRIVATE["gateway"]).for_person(ANNA))
    assert (found.subject, found.roles, found.unit_code) == (ANNA.subject, ANNA.roles, "hrss")
    assert (found.organisation_id, found.area_code, found.service) == (ANNA.organisation_id, ANNA.area_code, "")
    assert found.person_id == UUID(ANNA.subject)
    assert abs(found.issued_at.timestamp() - time.time()) < 5


def test_a_service_arrives_as_itself_and_is_no_person(verifier: TokenVerifier) -> None:
    found = verifier.verify(TokenSigner(PRIVATE["dispatch"]).for_service())
    assert (found.service, found.roles) == ("dispatch", frozenset())
    with pytest.raises(Unauthenticated):
        _ = found.person_id


def test_a_service_token_is_made_anew_before_it_expires() -> None:
    lasting, passing = TokenSigner(PRIVATE["dispatch"], lifetime=600), TokenSigner(PRIVATE["dispatch"], lifetime=0)
    assert lasting.for_service() == lasting.for_service()
    first = passing.for_service()
    time.sleep(0.002)
    assert passing.for_service() != first


def _with_other_claims() -> str:
    head, _, signature = signed({}).split(".")
    _, claims, _ = signed({"roles": [6]}).split(".")
    return f"{head}.{claims}.{signature}"


def _by_another_key() -> str:
    stranger, _ = generate_keys(["gateway"])
    return TokenSigner(stranger["gateway"]).for_person(ANNA)


def _with_the_public_key_as_secret() -> str:
    public = next(key for key in json.loads(PUBLIC)["keys"] if key["kid"] == "gateway")
    secret = OctKey.import_key({"kty": "oct", "k": public["x"]})
    now = time.time()
    claims = {"sub": ANNA.subject, "roles": [6], "unit": "", "area": "", "org": "", "iat": now, "exp": now + 60}
    return jwt.encode({"alg": "HS256", "kid": "gateway"}, claims, secret, algorithms=["HS256"])


NOW = time.time()
FORGED = {
    "empty": "",
    "one word": "token",
    "three words": "a.b.c",
    "no algorithm": f"{part({'alg': 'none', 'kid': 'gateway'})}.{part({'sub': ANNA.subject, 'exp': NOW + 60})}.",
    "no key named": f"{part({'alg': ALGORITHM})}.{signed({}).split('.', 1)[1]}",
    "a key unknown": f"{part({'alg': ALGORITHM, 'kid': 'thief'})}.{signed({}).split('.', 1)[1]}",
    "another service's key": f"{part({'alg': ALGORITHM, 'kid': 'dispatch'})}.{signed({}).split('.', 1)[1]}",
    "same name, other key": _by_another_key(),
    "claims changed": _with_other_claims(),
    "public key as secret": _with_the_public_key_as_secret(),
    "signature cut": signed({}).rpartition(".")[0] + ".",
    "expired": signed({"iat": NOW - 700, "exp": NOW - 100}),
    "never expires": signed({"exp": None}),
    "expires in words": signed({"exp": "tomorrow"}),
    "not issued": signed({"iat": None}),
    "issued beyond all calendars": signed({"iat": 1e30}),
    "a person signed in by a service": signed({}, key="dispatch"),
    "a service speaking for another": signed({"svc": "gateway", "sub": "gateway"}, key="dispatch"),
    "the door speaking for a service": signed({"svc": "dispatch", "sub": "dispatch"}),
    "a subject that is no id": signed({"sub": "anna"}),
    "no subject": signed({"sub": None}),
    "roles in words": signed({"roles": ["lead"]}),
    "roles not listed": signed({"roles": 6}),
    "an organisation that is no id": signed({"org": "acme"}),
    "a head nested too deep": base64.urlsafe_b64encode(b"[" * 5_000).decode().rstrip("=") + ".e30.AA",
    "a head that is a list": part([1]) + ".e30.AA",
    "letters of no alphabet": "令牌.令牌.令牌",
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED.keys())
def test_what_is_forged_or_stale_is_refused(verifier: TokenVerifier, token: str) -> None:
    for _ in range(2):  # the second time through the cache
        with pytest.raises(Unauthenticated):
            verifier.verify(token)


@given(st.text(max_size=60) | st.binary(max_size=40).map(lambda b: base64.urlsafe_b64encode(b).decode() + ".e30.AA"))
@example("\ud800")
def test_garbage_is_refused_and_never_an_error_of_ours(token: str) -> None:
    with pytest.raises(Unauthenticated):
        TokenVerifier(PUBLIC).verify(token)


def test_a_remembered_token_still_ends_with_its_time(verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    token = TokenSigner(PRIVATE["gateway"], lifetime=60).for_person(ANNA)
    assert verifier.verify(token) is verifier.verify(token)
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(Unauthenticated):
        verifier.verify(token)


def test_memory_for_tokens_is_bounded(verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.auth.CACHE_SIZE", 3)
    for _ in range(10):
        verifier.verify(TokenSigner(PRIVATE["gateway"]).for_person(ANNA))
    assert len(verifier._cache) <= 3
