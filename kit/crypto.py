"""Personal data at rest: SM4-GCM column encryption under a key ring, blind indexes for look-ups, and masking.

Values in, values out: nothing here reads the environment or the database.
"""

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

RowId = str | int | UUID

_VERSION = 1
_SECRET_BYTES = 32
_SM4_KEY_BYTES = 16
_NONCE_BYTES = 12
_TAG_BYTES = 16
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
# The compound surnames still borne by many; any other four-character name keeps one character.
_COMPOUND_SURNAME = re.compile(
    "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|长孙|宇文|轩辕|闻人|澹台|南宫|独孤"
)
_KEY_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_OWN_ID = re.compile(r"k[0-9]{1,6}")


class KeyringError(ValueError):
    """The key ring's text cannot be used; the message says what to mend and never repeats key material."""


class CryptoError(Exception):
    """A stored token cannot be read: altered, moved to another row or column, or under an unknown key."""


class Keyring:
    """The keys of one deployment: several for encryption, of which one is current, and one for blind indexes.

    A token is: version byte, length of the key id, key id, 12-byte nonce, ciphertext with its 16-byte tag.
    Table, column and row id are authenticated with it, so a token copied to another row does not decrypt.

    The ring's 32-byte secrets are never used as they are. SM4 wants 16 bytes, and each column gets its own
    through HKDF-SM3: random 96-bit nonces are sound for about 2^32 values under one key, and that budget then
    counts per column; and no secret ever serves two algorithms.
    """

    def __init__(self, current: str, keys: Mapping[str, bytes], index_key: bytes) -> None:
        if current not in keys:
            raise KeyringError(f"current names key {current!r}, which is not among keys")
        for key_id, secret in keys.items():
            if not _KEY_ID.fullmatch(key_id):
                raise KeyringError("a key id is 1 to 64 letters, digits, '.', '_' or '-'")
            _check_length(f"keys.{key_id}", secret)
        _check_length("index_key", index_key)
        self.current = current
        self._keys = dict(keys)
        self._index_key = index_key
        self._derived: dict[tuple[str, str, str], algorithms.SM4] = {}

    def __repr__(self) -> str:
        return f"Keyring(current={self.current!r}, keys={sorted(self._keys)})"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``{"current": "k2", "keys": {"k1": "<base64 of 32 bytes>", …}, "index_key": "<base64>"}``."""
        data = _json_object(text)
        current, keys = data.get("current"), data.get("keys")
        if not isinstance(current, str):
            raise KeyringError("current is missing or not a text")
        if not isinstance(keys, dict) or not keys:
            raise KeyringError("keys is missing, empty or not an object")
        secrets = {key_id: _base64(f"keys.{key_id}", value) for key_id, value in keys.items()}
        return cls(current, secrets, _base64("index_key", data.get("index_key")))

    @classmethod
    def load(cls, file: Path | None, text: str | None) -> Self:
        """The ring from a mounted key file or from a setting's value; exactly one of the two is given."""
        if text is not None and file is None:
            return cls.parse(text)
        if file is not None and text is None:
            return cls.parse(_read(file))
        raise KeyringError("give the key ring either as a file or as a value, not both and not neither")

    @staticmethod
    def generate(previous: str | None = None) -> str:
        """A ring as JSON text: a fresh one, or `previous` with one more key that becomes the current one.

        The index key of `previous` stays: another one would make every stored blind index unfindable.
        """
        old = None if previous is None else Keyring.parse(previous)
        keys = {} if old is None else dict(old._keys)
        # Counted on from the highest, so that the id of a retired key does not come back meaning another.
        fresh = f"k{1 + max((int(key_id[1:]) for key_id in keys if _OWN_ID.fullmatch(key_id)), default=0)}"
        keys[fresh] = os.urandom(_SECRET_BYTES)
        index_key = os.urandom(_SECRET_BYTES) if old is None else old._index_key
        texts = {key_id: base64.b64encode(secret).decode() for key_id, secret in keys.items()}
        ring = {"current": fresh, "keys": texts, "index_key": base64.b64encode(index_key).decode()}
        return json.dumps(ring)

    @property
    def current_prefix(self) -> bytes:
        """What every token under the current key begins with (a database can compare it without any key)."""
        return _header(self.current)

    def encrypt(self, plain: str, *, table: str, column: str, row_id: RowId) -> bytes:
        """Encrypt one column value for one row; the same text gives another token each time."""
        header, nonce = self.current_prefix, os.urandom(_NONCE_BYTES)
        encryptor = Cipher(self._sm4(self.current, table, column), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(header + _fields(table, column, str(row_id)))
        sealed = encryptor.update(plain.encode()) + encryptor.finalize()
        return header + nonce + sealed + encryptor.tag

    def decrypt(self, token: bytes, *, table: str, column: str, row_id: RowId) -> str:
        """Read a token back. Raises CryptoError unless it is untouched and belongs to exactly this cell."""
        key_id, header, body = _split(token)
        nonce, sealed, tag = body[:_NONCE_BYTES], body[_NONCE_BYTES:-_TAG_BYTES], body[-_TAG_BYTES:]
        decryptor = Cipher(self._sm4(key_id, table, column), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(header + _fields(table, column, str(row_id)))
        try:
            return (decryptor.update(sealed) + decryptor.finalize()).decode()
        except InvalidTag:
            raise CryptoError(f"a token of {table}.{column} was altered or is not of this row") from None

    def needs_rotation(self, token: bytes) -> bool:
        """Whether the token is under another key than the current one."""
        return _split(token)[0] != self.current

    def reencrypt(self, token: bytes, *, table: str, column: str, row_id: RowId) -> bytes:
        """The same value under the current key."""
        plain = self.decrypt(token, table=table, column=column, row_id=row_id)
        return self.encrypt(plain, table=table, column=column, row_id=row_id)

    def blind_index(self, value: str, purpose: str) -> bytes:
        """32 bytes that are equal exactly for equal values of one purpose: find by them, keep them unique.

        The caller normalises the value first (``+86 138…`` and ``138…`` would differ). Phone numbers can be
        enumerated, so an index is only as secret as the index key; indexes of different purposes don't join.
        """
        mac = HMAC(self._index_key, hashes.SM3())
        mac.update(_fields("blind-index", purpose, value))
        return mac.finalize()

    def _sm4(self, key_id: str, table: str, column: str) -> algorithms.SM4:
        known = self._derived.get((key_id, table, column))
        if known is not None:
            return known
        if key_id not in self._keys:
            raise CryptoError(f"a token of {table}.{column} is under key {key_id!r}, which the ring lacks")
        info = _fields("column-encryption", table, column)
        derived = HKDF(hashes.SM3(), _SM4_KEY_BYTES, salt=None, info=info).derive(self._keys[key_id])
        return self._derived.setdefault((key_id, table, column), algorithms.SM4(derived))


def _header(key_id: str) -> bytes:
    name = key_id.encode()
    return bytes((_VERSION, len(name))) + name


def _split(token: bytes) -> tuple[str, bytes, bytes]:
    """Key id, header and the rest (nonce, ciphertext, tag) of a token."""
    if len(token) < 2 or token[0] != _VERSION:
        raise CryptoError("not a token of a known version")
    end = 2 + token[1]
    if len(token) < end + _NONCE_BYTES + _TAG_BYTES:
        raise CryptoError("the token is cut short")
    key_id = token[2:end].decode("ascii", errors="replace")
    return key_id, token[:end], token[end:]


def _fields(*parts: str) -> bytes:
    """Join texts so that no two different lists give the same bytes."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyringError(f"the key file {file} cannot be read: {type(error).__name__}") from None


def _json_object(text: str) -> dict[str, object]:
    try:
        data = json.loads(text)
    except ValueError:  # its message would quote the text, which holds the keys
        raise KeyringError("the key ring is not valid JSON") from None
    if not isinstance(data, dict):
        raise KeyringError("the key ring must be a JSON object")
    return data


def _base64(name: str, value: object) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raise KeyringError(f"{name} is not base64") from None


def _check_length(name: str, secret: bytes) -> None:
    if len(secret) != _SECRET_BYTES:
        raise KeyringError(f"{name} must be the base64 of {_SECRET_BYTES} bytes, it has {len(secret)}")


def mask_phone(phone: str) -> str:
    """``13812345678`` → ``138****5678``; country code and separators go, short numbers show less."""
    digits = re.sub(r"\D", "", phone)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) >= 11:
        return f"{digits[:3]}****{digits[-4:]}"
    return "****" + (digits[-2:] if len(digits) >= 7 else "")


def mask_name(name: str) -> str:
    """``张三`` → ``张*``, ``张三丰`` → ``张**``, ``欧阳娜娜`` → ``欧阳**``, ``Li Na`` → ``L*** N***``."""
    name = name.strip()
    if _CHINESE.fullmatch(name):
        kept = 2 if len(name) > 2 and _COMPOUND_SURNAME.match(name) else 1
        return name[:kept] + "*" * (len(name) - kept) if len(name) > 1 else "*" * len(name)
    # A single letter for each part, and always three stars: the length of a foreign name gives it away.
    return " ".join(f"{part[0]}***" for part in re.split(r"[\s·.]+", name) if part)
