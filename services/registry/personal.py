"""What of a person is encrypted, under which names, and how it is found again. The one holder of the key ring."""

import asyncio
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import InstrumentedAttribute

from kit.crypto import Keyring, RowId
from services.registry.models import Person, StaffAccount
from services.registry.rules.invites import code_of, normal_code
from services.registry.rules.sessions import RefreshToken

# OWASP's recommendation for argon2id: 19 MiB, two passes. Each takes a core: more than two at once only wait.
_MEMORY_KIB, _PASSES = 19 * 1024, 2
_HASHES_AT_ONCE = 2


class PersonalData:
    """Seals, opens and indexes the columns that hold personal data."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def seal(self, column: InstrumentedAttribute[Any], row_id: RowId, text: str) -> bytes:
        return self.keyring.encrypt(text, table=column.class_.__tablename__, column=column.key, row_id=row_id)

    def open(self, column: InstrumentedAttribute[Any], row_id: RowId, token: bytes) -> str:
        return self.keyring.decrypt(token, table=column.class_.__tablename__, column=column.key, row_id=row_id)

    def name(self, person: Person) -> str:
        return self.open(Person.name, person.id, person.name)

    def phone(self, person: Person) -> str:
        return self.open(Person.phone, person.id, person.phone)

    def openid(self, person: Person) -> str:
        return self.open(Person.openid, person.id, person.openid) if person.openid else ""

    def totp_secret(self, account: StaffAccount) -> str:
        if account.totp_secret is None:
            raise ValueError("this account has no console sign-in")
        return self.open(StaffAccount.totp_secret, account.person_id, account.totp_secret)

    def phone_index(self, phone: str) -> bytes:
        return self.keyring.blind_index(phone, "person.phone")

    def openid_index(self, openid: str) -> bytes:
        return self.keyring.blind_index(openid, "person.openid")

    def request_mark(self, fingerprint: bytes) -> bytes:
        """Requests name people; under the key their fingerprint cannot be guessed at by whoever reads the audit."""
        return self.keyring.blind_index(fingerprint.hex(), "audit.mark")

    def invite_code(self, actor: str, request_id: str) -> str:
        """The code of the invite that an actor makes with a request: for the same the same, and nobody else knows it."""
        return code_of(self.keyring.blind_index(f"{actor}/{request_id}", "invite.made"))

    def invite_hash(self, code: str) -> bytes:
        """What a code is stored as: it is too short for a hash without a key."""
        return self.keyring.blind_index(normal_code(code), "invite.code")

    def next_token(self, token: RefreshToken) -> RefreshToken:
        """The token that follows; always the same one (rules/sessions.py says why)."""
        secret = self.keyring.blind_index((token.family + token.secret).hex(), "session.next")
        return RefreshToken(token.family, secret)


class Passwords:
    """argon2 in threads, a few at a time. An unknown login costs what a wrong password costs."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1)
        self._turn = asyncio.Semaphore(_HASHES_AT_ONCE)
        self._of_nobody = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, stored: str | None, password: str) -> bool:
        """Whether the password is that of the hash; False for no hash, after the same work."""
        async with self._turn:
            return await asyncio.to_thread(self._check, stored or self._of_nobody, password) and stored is not None

    def _check(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False
