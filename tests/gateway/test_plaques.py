"""At the door: plaques from making to reissuing, papers as files, and the page that a code leads to for anybody."""

import io
import re
import zipfile
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import httpx
import pikepdf
import pytest

from kit.calendar import BEIJING
from services.gateway.app import build
from services.gateway.attempts import Attempts
from services.gateway.routes.plaque_schemas import STANDINGS
from services.gateway.texts.plaques import MARKS, page
from tests.gateway.conftest import COHORT, SignIn
from tests.gateway.platform import Person, Platform
from tests.gateway.test_refusals import refused

YEAR = datetime.now(BEIJING).year


async def made(sign_in: SignIn) -> tuple[Person, list[dict[str, Any]]]:
    """The centre's lead, and all plaques of the year as they see them."""
    lead = await sign_in("centre.lead")
    answer = await lead.post(f"/cohorts/{YEAR}/plaques", key="")
    assert answer.status_code == 200, answer.text
    found = (await lead.get("/plaques", params={"page_size": 100})).json()["plaques"]
    return lead, [one for one in found if one["standing"] == "valid"]


def saved_as(answer: httpx.Response) -> str:
    return unquote(answer.headers["content-disposition"].removeprefix("attachment; filename*=UTF-8''"))


async def test_a_plaque_from_making_to_reissuing(sign_in: SignIn) -> None:
    lead, found = await made(sign_in)
    assert (await lead.post(f"/cohorts/{YEAR}/plaques", key="")).json()["made_count"] == 0
    one = next(one for one in found if one["area_code"] == COHORT[0].area_code and one["state"] == "made")
    officer, path = await sign_in("zhujing.officer"), f"/plaques/{one['id']}"
    seen = await officer.get(path)
    etag = seen.headers["etag"]
    assert (etag.startswith('"1.'), seen.json()) == (True, one)
    assert (await officer.get(path, headers={"if-none-match": etag})).status_code == 304
    refused(await officer.post(f"{path}/loss", {"reason": "遗失"}, etag='"1"'), 403, "PERMISSION_DENIED")
    problem = refused(
        await officer.post(f"{path}/issue", {"issued_on": "2000-01-01"}, etag='"1"'), 422, "PLAQUE_DAY_INVALID"
    )
    assert [error["field"] for error in problem["errors"]] == ["issued_on"]
    issued = await officer.post(f"{path}/issue", {}, etag='"1"', key="issue-1")
    assert (issued.status_code, issued.json()["state"], issued.json()["version"]) == (200, "issued", 2)
    assert (await officer.get(path, headers={"if-none-match": etag})).json() == issued.json()
    assert issued.json()["issued_by_name"]
    assert (await officer.post(f"{path}/issue", {}, etag='"1"', key="issue-1")).json() == issued.json()
    problem = refused(await officer.post(f"{path}/issue", {}, etag='"2"'), 409, "PLAQUE_WRONG_STATE")
    assert problem["plaque_state"] == "issued"
    refused(await lead.post(f"{path}/loss", {"reason": "遗失"}, etag='"1"'), 412, "STALE_VERSION")
    lost = (await lead.post(f"{path}/loss", {"reason": "遗失"}, etag='"2"')).json()
    assert (lost["state"], lost["standing"], bool(lost["ended_at"])) == ("lost", "withdrawn", True)
    again = await lead.post(f"{path}/reissue", etag='"3"')
    assert (again.status_code, again.json()["replaces"]) == (201, one["id"])
    assert again.headers["location"] == f"/api/v1/plaques/{again.json()['id']}"
    assert (await lead.get(path)).json()["replaced_by"] == again.json()["id"]


async def test_a_key_is_of_one_act(sign_in: SignIn) -> None:
    """A handover today and a reissue say the same of the plaque: which, in what version."""
    lead, found = await made(sign_in)
    path = f"/plaques/{found[-1]['id']}"
    issued = await lead.post(f"{path}/issue", {}, etag='"1"', key="one-key")
    assert issued.status_code == 200
    refused(await lead.post(f"{path}/reissue", etag='"1"', key="one-key"), 422, "IDEMPOTENCY_KEY_REUSED")
    assert (await lead.get(path)).json() == issued.json()


async def test_a_contact_sees_and_saves_its_own(sign_in: SignIn) -> None:
    _, found = await made(sign_in)
    contact = await sign_in(COHORT[1])
    (own,) = (await contact.get("/plaques")).json()["plaques"]
    assert own["enterprise_name"] == COHORT[1].name
    paper = await contact.get(f"/plaques/{own['id']}/pdf", params={"form": "certificate"})
    assert (paper.headers["content-type"], paper.content[:5]) == ("application/pdf", b"%PDF-")
    assert saved_as(paper) == f"{own['number']:03}_{own['area_name']}_{own['enterprise_name']}.pdf"
    assert (await contact.get(f"/plaques/{own['id']}/pdf", params={"form": "certificate"})).content == paper.content
    other = next(one for one in found if one["id"] != own["id"])
    refused(await contact.get(f"/plaques/{other['id']}/pdf"), 404, "PLAQUE_NOT_FOUND")
    refused(await contact.get(f"/cohorts/{YEAR}/plaques.zip"), 403, "PERMISSION_DENIED")


async def test_a_year_in_one_file_and_in_many(sign_in: SignIn) -> None:
    lead, found = await made(sign_in)
    whole = await lead.get(f"/cohorts/{YEAR}/plaques.pdf")
    with pikepdf.open(io.BytesIO(whole.content)) as pdf:
        assert len(pdf.pages) == len(found)
    first, again = [await lead.get(f"/cohorts/{YEAR}/plaques.zip") for _ in range(2)]
    assert first.content == again.content
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names == [f"{one['number']:03}_{one['area_name']}_{one['enterprise_name']}.pdf" for one in found]
        one = await lead.get(f"/plaques/{found[0]['id']}/pdf")
        assert archive.read(names[0]) == one.content
    officer = await sign_in("zhujing.officer")
    with zipfile.ZipFile(io.BytesIO((await officer.get(f"/cohorts/{YEAR}/plaques.zip")).content)) as archive:
        assert {name.split("_")[1] for name in archive.namelist()} == {"朱泾镇"}
    refused(await lead.get("/cohorts/2099/plaques.zip"), 404, "PLAQUES_NONE")
    refused(await lead.get("/cohorts/2099/plaques.pdf", params={"form": "poster"}), 422, "FIELDS_INVALID")


async def test_a_code_tells_anybody_what_it_is_worth_and_nothing_else(
    platform: Platform, http: httpx.AsyncClient, sign_in: SignIn
) -> None:
    lead, found = await made(sign_in)
    one = next(one for one in found if one["area_code"] == COHORT[2].area_code)
    assert one["verification_url"].startswith(f"{platform.url}/v/")
    page = await http.get(one["verification_url"])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-store"
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    assert not re.search(r'(?:src|href)="', page.text)
    for text in (">有效<", one["wording"], f"{YEAR}年度"):
        assert text in page.text
    for hidden in (one["enterprise_name"], one["serial"], one["id"], COHORT[2].liaison, COHORT[2].uscc):
        assert hidden not in page.text
    token = one["verification_url"].rpartition("/")[2]
    told = await http.get(f"/api/v1/plaque-verifications/{token}")
    assert told.json() == {"standing": "valid", "wording": one["wording"], "year": YEAR}
    await lead.post(f"/plaques/{one['id']}/loss", {"reason": "遗失"}, etag=f'"{one["version"]}"')
    assert ">已撤销<" in (await http.get(one["verification_url"])).text
    assert (await http.get(f"/api/v1/plaque-verifications/{token}")).json()["standing"] == "withdrawn"


@pytest.mark.parametrize("token", ["A" * 22, "A", "%3Cscript%3Ealert(1)%3C/script%3E", "A" * 22 + "%0a", "Ａ" * 22])
async def test_a_code_that_leads_nowhere_has_a_page_that_says_so(http: httpx.AsyncClient, token: str) -> None:
    page = await http.get(f"/v/{token}")
    assert page.status_code == 404
    if "/" not in token and "%3C/" not in token:
        assert "查无此牌" in page.text
    assert "alert" not in page.text


def test_whatever_a_plaque_is_worth_has_words_of_its_own() -> None:
    assert set(STANDINGS) <= MARKS.keys()
    told = page("not_yet_valid", "朱泾镇法治化营商环境联系点", 2027)
    assert ">尚未生效<" in told
    assert ">有效<" not in told


async def test_who_tries_codes_has_to_wait() -> None:
    """Counted before anybody is asked: registry is not even there."""
    parts: Any = SimpleNamespace(verifications=Attempts("verification", "2/minute"))
    transport = httpx.ASGITransport(build(parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as http:
        pages = [await http.get("/v/short") for _ in range(3)]
        refused(await http.get(f"/api/v1/plaque-verifications/{'B' * 22}"), 429, "TOO_MANY_ATTEMPTS")
    assert [page.status_code for page in pages] == [404, 404, 429]
    assert int(pages[2].headers["retry-after"]) > 0
    assert "请稍候" in pages[2].text
