"""Signing in and out: through WeChat, by password, refreshed, ended; and how often one may try."""

import asyncio
import time

import httpx
import pyotp

from kit.auth import TokenVerifier
from tests.gateway.conftest import COHORT, STAFF, SignIn, wechat_codes
from tests.gateway.platform import PASSWORD, TOTP_SECRET, Person
from tests.gateway.test_refusals import fields, refused
from tests.signing import keys

AUTH = "/api/v1/auth"


async def test_the_first_sign_in_needs_the_phone_and_the_next_does_not(http: httpx.AsyncClient) -> None:
    codes = wechat_codes(COHORT[3])
    first = refused(await http.post(f"{AUTH}/wechat", json={"code": codes["code"]}), 401, "WECHAT_NOT_BOUND")
    assert fields(first) == {"phone_code": "WECHAT_NOT_BOUND"}
    bound = await http.post(f"{AUTH}/wechat", json=wechat_codes(COHORT[3]))
    again = await http.post(f"{AUTH}/wechat", json={"code": wechat_codes(COHORT[3])["code"]})
    assert (bound.status_code, again.status_code) == (200, 200)
    assert again.json()["account"] == bound.json()["account"]
    assert again.json()["account"]["roles"] == ["liaison"]


async def test_the_token_names_the_person_and_lives_ten_minutes(liaison: Person) -> None:
    actor = TokenVerifier(keys()[1]).verify(liaison.session["access_token"])
    account = liaison.session["account"]
    assert (actor.subject, str(actor.organisation_id)) == (account["person_id"], account["enterprise_id"])
    assert liaison.session["expires_in"] == 600
    assert (await liaison.get("/me")).json() == account
    assert "session_key" not in str(liaison.session)


async def test_codes_and_phones_that_are_not_good(http: httpx.AsyncClient) -> None:
    codes = wechat_codes(COHORT[4])
    refused(await http.post(f"{AUTH}/wechat", json={"code": "made-up"}), 401, "WECHAT_CODE_INVALID")
    await http.post(f"{AUTH}/wechat", json=codes)
    refused(await http.post(f"{AUTH}/wechat", json=codes), 401, "WECHAT_CODE_INVALID")
    unknown = {"code": "code-stranger", "phone_code": "phone-13800009999"}
    refused(await http.post(f"{AUTH}/wechat", json=unknown), 403, "NOT_ON_ROSTER")
    other = {"code": "code-somebody-else", "phone_code": wechat_codes(COHORT[4])["phone_code"]}
    refused(await http.post(f"{AUTH}/wechat", json=other), 409, "BOUND_TO_ANOTHER_WECHAT")


async def test_console_staff_sign_in_with_password_and_code(http: httpx.AsyncClient) -> None:
    totp = pyotp.TOTP(TOTP_SECRET).now()
    body = {"login_name": "eco_env.handler", "password": PASSWORD, "totp": totp}
    answer = await http.post(f"{AUTH}/password", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["account"]["unit_code"] == "eco_env"
    refused(await http.post(f"{AUTH}/password", json=body), 401, "CREDENTIALS_WRONG")  # a code works once


async def test_too_many_attempts_have_to_wait(http: httpx.AsyncClient) -> None:
    body = {"login_name": "nobody", "password": "wrong", "totp": "000000"}
    for _ in range(5):
        refused(await http.post(f"{AUTH}/password", json=body), 401, "CREDENTIALS_WRONG")
    answer = await http.post(f"{AUTH}/password", json=body | {"login_name": "NOBODY"})
    refused(answer, 429, "TOO_MANY_ATTEMPTS")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    refused(await http.post(f"{AUTH}/password", json=body | {"login_name": "another"}), 401, "CREDENTIALS_WRONG")


async def test_a_session_goes_on_until_it_is_ended(http: httpx.AsyncClient) -> None:
    session = (await http.post(f"{AUTH}/wechat", json=wechat_codes(COHORT[5]))).json()
    answer = await http.post(f"{AUTH}/refresh", json={"refresh_token": session["refresh_token"]})
    assert answer.status_code == 200, answer.text
    newest = answer.json()
    assert newest["refresh_token"] != session["refresh_token"]
    assert (await Person(http, newest).get("/me")).status_code == 200
    ended = await http.post(f"{AUTH}/sign-out", json={"refresh_token": newest["refresh_token"]})
    assert (ended.status_code, ended.content) == (204, b"")
    refused(await http.post(f"{AUTH}/refresh", json={"refresh_token": newest["refresh_token"]}), 401, "SESSION_ENDED")
    refused(await http.post(f"{AUTH}/refresh", json={"refresh_token": "made-up"}), 401, "SESSION_ENDED")


async def test_a_replaced_contact_is_out_at_once(http: httpx.AsyncClient, sign_in: SignIn) -> None:
    lead, old = await sign_in("centre.lead"), await sign_in(COHORT[6])
    demand = await old.submit()
    path = f"/enterprises/{old.session['account']['enterprise_id']}"
    etag = (await lead.get(path)).headers["etag"]
    newcomer = {"name": "例新人", "phone": "19900009876", "consented": True, "consent_version": "2026-1"}
    body = {"liaison": newcomer, "reason": "原联系人离职"}
    headers = lead.headers | {"if-match": etag, "idempotency-key": "replace-1"}
    refused(
        await http.put(f"/api/v1{path}/liaison", json=body, headers=headers | {"if-match": '"999"'}), 412, "STALE_VERSION"
    )
    replaced = await http.put(f"/api/v1{path}/liaison", json=body, headers=headers)
    assert replaced.status_code == 200, replaced.text
    done = time.monotonic()
    # Dispatch, which is told as well, may be the first to know: then the demand is not there for them.
    while (answer := await old.get(f"/demands/{demand['id']}")).status_code in (200, 404):
        assert time.monotonic() - done < 1.5
        await asyncio.sleep(0.01)
    refused(answer, 401, "TOKEN_REVOKED")
    codes = {"code": "code-newcomer", "phone_code": "phone-19900009876"}
    new = Person(http, (await http.post(f"{AUTH}/wechat", json=codes)).json())
    assert (await new.get(f"/demands/{demand['id']}")).json()["title"] == demand["title"]


async def test_a_second_contact_is_refused(sign_in: SignIn) -> None:
    officer = await sign_in("zhujing.officer")
    mine = (await officer.get("/enterprises", params={"area": "310116101"})).json()["enterprises"][0]
    second = {"name": "例第二人", "phone": "19900009877", "consented": True, "consent_version": "2026-1"}
    refused(await officer.post(f"/enterprises/{mine['id']}/liaison", second), 409, "LIAISON_EXISTS")


async def test_the_centre_sees_a_whole_number_for_a_reason(sign_in: SignIn, liaison: Person) -> None:
    operator = await sign_in("centre.operator")
    path = f"/people/{liaison.session['account']['person_id']}/reveal-phone"
    assert fields(refused(await operator.post(path, {"reason": " "}), 422, "FIELDS_INVALID")) == {"reason": "TOO_SHORT"}
    assert (await operator.post(path, {"reason": "微信未送达"})).json()["phone"] == COHORT[0].phone
    refused(await liaison.post(path, {"reason": "微信未送达"}), 403, "PERMISSION_DENIED")
    assert STAFF["centre.operator"].phone not in (await operator.get("/me")).text
