"""Encrypted cells: what is written comes back in its own cell and nowhere else, and masking hides enough."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from kit.crypto import CryptoError, Keyring, KeyringError, RowId, mask_name, mask_phone

RING = Keyring.parse(Keyring.generate())
CELL = {"table": "person", "column": "phone", "row_id": "7"}


def _ring(**changes: object) -> str:
    return json.dumps(json.loads(Keyring.generate()) | changes)


@given(st.text(), st.text(min_size=1), st.text(min_size=1), st.integers() | st.uuids() | st.text())
def test_what_is_encrypted_comes_back_in_its_own_cell(plain: str, table: str, column: str, row_id: RowId) -> None:
    token = RING.encrypt(plain, table=table, column=column, row_id=row_id)
    assert RING.decrypt(token, table=table, column=column, row_id=row_id) == plain
    if len(plain) > 3:
        assert plain.encode() not in token


@given(st.data())
def test_changing_any_byte_or_the_length_is_noticed(data: st.DataObject) -> None:
    token = RING.encrypt("13812345678", **CELL)
    at = data.draw(st.integers(0, len(token) - 1))
    flipped = bytes([token[at] ^ data.draw(st.integers(1, 255))])
    for forged in (token[:at] + flipped + token[at + 1 :], token[:at], token + flipped):
        with pytest.raises(CryptoError):
            RING.decrypt(forged, **CELL)


@pytest.mark.parametrize("other", [{"table": "unit"}, {"column": "fax"}, {"row_id": "8"}])
def test_a_token_copied_to_another_cell_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(CryptoError):
        RING.decrypt(RING.encrypt("张三", **CELL), **CELL | other)


def test_cell_names_cannot_be_shifted_into_one_another() -> None:
    token = RING.encrypt("x", table="ab", column="c", row_id="1")
    with pytest.raises(CryptoError):
        RING.decrypt(token, table="a", column="bc", row_id="1")


def test_equal_values_give_different_tokens() -> None:
    assert RING.encrypt("x", **CELL) != RING.encrypt("x", **CELL)


def test_the_cipher_is_the_standard_sm4_gcm() -> None:
    """The example of RFC 8998, appendix A.1, so that tokens can be read by other implementations."""
    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    assert (encryptor.update(plain) + encryptor.finalize()).hex().startswith("17f399f08c67d5ee19d0dc9969c4bb7d")
    assert encryptor.tag.hex() == "83de3541e4c2b58177e065a9bf7b62ec"


def test_an_old_key_still_reads_and_the_new_one_writes() -> None:
    old_text = Keyring.generate()
    old, new = Keyring.parse(old_text), Keyring.parse(Keyring.generate(old_text))
    token = old.encrypt("13812345678", **CELL)
    assert new.needs_rotation(token)
    assert not old.needs_rotation(token)
    fresh = new.reencrypt(token, **CELL)
    assert not new.needs_rotation(fresh)
    assert fresh.startswith(new.current_prefix)
    assert new.decrypt(fresh, **CELL) == "13812345678"
    with pytest.raises(CryptoError, match="k2"):
        old.decrypt(fresh, **CELL)


def test_adding_a_key_keeps_the_index_and_never_reuses_an_id() -> None:
    first = Keyring.generate()
    third = json.loads(Keyring.generate(Keyring.generate(first)))
    del third["keys"]["k1"], third["keys"]["k2"]
    fourth = Keyring.generate(json.dumps(third))
    assert json.loads(fourth)["current"] == "k4"
    before, after = Keyring.parse(first), Keyring.parse(fourth)
    assert before.blind_index("13812345678", "phone") == after.blind_index("13812345678", "phone")


def test_blind_index_is_equal_for_equal_values_of_one_purpose_only() -> None:
    index = RING.blind_index("13812345678", "phone")
    assert len(index) == 32
    assert index == RING.blind_index("13812345678", "phone")
    assert index != RING.blind_index("13812345679", "phone")
    assert index != RING.blind_index("13812345678", "fax")
    assert index != Keyring.parse(Keyring.generate()).blind_index("13812345678", "phone")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "JSON"),
        ("[]", "object"),
        (_ring(current=None), "current"),
        (_ring(current="k9"), "k9"),
        (_ring(keys={}), "keys"),
        (_ring(keys={"k1": "@@"}), "keys.k1"),
        (_ring(keys={"k1": base64.b64encode(b"short").decode()}), "32 bytes"),
        (_ring(keys={"k1": 5}), "keys.k1"),
        (_ring(keys={"": base64.b64encode(bytes(32)).decode()}, current=""), "key id"),
        (_ring(index_key=None), "index_key"),
    ],
    ids=[  # the rings themselves differ in every process, and workers must agree on the names of their tests
        "not json",
        "no object",
        "no current",
        "unknown current",
        "no keys",
        "key not base64",
        "short key",
        "key not a text",
        "key without id",
        "no index key",
    ],
)
def test_a_malformed_ring_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(KeyringError, match=says):
        Keyring.parse(text)


def test_no_message_or_repr_shows_key_material() -> None:
    text = Keyring.generate()
    secret = json.loads(text)["keys"]["k1"]
    assert secret not in repr(Keyring.parse(text))
    with pytest.raises(KeyringError) as caught:
        Keyring.parse(text[:-1])
    assert secret not in f"{caught.value}{caught.value.__cause__}"


def test_the_ring_comes_from_a_file_or_a_value(tmp_path: Path) -> None:
    text, file = Keyring.generate(), tmp_path / "ring.json"
    file.write_text(text)
    token = Keyring.load(file, None).encrypt("x", **CELL)
    assert Keyring.load(None, text).decrypt(token, **CELL) == "x"
    for both in ((file, text), (None, None)):
        with pytest.raises(KeyringError, match="file"):
            Keyring.load(*both)
    with pytest.raises(KeyringError, match="nowhere"):
        Keyring.load(tmp_path / "nowhere", None)


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812345678", "138****5678"),
        ("+86 138-1234-5678", "138****5678"),
        ("021-57921234", "021****1234"),
        ("57921234", "****34"),
        ("110", "****"),
        ("", "****"),
    ],
)
def test_mask_phone(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@given(st.text(alphabet="0123456789", min_size=1, max_size=20))
def test_a_masked_phone_hides_at_least_three_digits_or_all(digits: str) -> None:
    shown = sum(character.isdigit() for character in mask_phone(digits))
    assert shown == 0 or len(digits) - shown >= 3


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("张王李四", "张***"),
        ("张", "*"),
        ("阿依古丽·买买提", "阿*** 买***"),
        ("John Smith", "J*** S***"),
        ("  张三 ", "张*"),
        ("", ""),
    ],
)
def test_mask_name(name: str, masked: str) -> None:
    assert mask_name(name) == masked
