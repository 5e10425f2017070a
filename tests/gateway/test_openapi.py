"""The description of the API is complete and true: examples fit their schemas, and its page loads nothing from elsewhere."""

import itertools
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest

from services.gateway.app import build

METHODS = {"get", "put", "post", "delete", "patch"}
HERE = "urn:components"
Check = Callable[[dict[str, Any], Any], None]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build(None).openapi()  # type: ignore[arg-type]  # nothing is served here


@pytest.fixture
async def door() -> AsyncIterator[httpx.AsyncClient]:
    """The application without a server: what is asked of it here needs no services."""
    transport = httpx.ASGITransport(build(None))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        yield client


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert method in METHODS
            yield f"{method} {path}", operation


@pytest.fixture(scope="module")
def check(document: dict[str, Any]) -> Check:
    """Formats included: an example with a malformed id or date would mislead. The components are read once for all."""
    components = jsonschema_rs.Registry([(HERE, {"components": document["components"]})])

    def check(schema: dict[str, Any], value: Any) -> None:
        named = json.loads(json.dumps(schema).replace('"#/components/', f'"{HERE}#/components/'))
        jsonschema_rs.validator_for(named, validate_formats=True, registry=components).validate(value)

    return check


def test_examples_fit_their_schemas(document: dict[str, Any], check: Check) -> None:
    checked = 0
    for name, operation in _operations(document):
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        for body in [*bodies, *operation["responses"].values()]:
            for kind, media in body.get("content", {}).items():
                if media["schema"].get("format") == "binary" and not kind.startswith("text/"):
                    assert "example" not in media, name  # no text shows what such a file looks like
                    continue
                values = [one["value"] for one in media.get("examples", {}).values()] or [media["example"]]
                for value in values:
                    if "json" in kind:
                        check(media["schema"], value)
                    checked += 1
        for parameter in operation["parameters"]:
            if "example" in parameter:
                check(parameter["schema"], parameter["example"])
        assert operation["summary"], name
        assert operation["description"], name
    assert checked > 300


def test_every_operation_names_its_refusals(document: dict[str, Any]) -> None:
    names = set()
    for name, operation in _operations(document):
        names.add(operation["operationId"])
        documented = set(operation["responses"])
        assert {"500"} <= documented, name
        if "security" in operation:
            assert {"401", "403"} <= documented, name
        if "requestBody" in operation:
            assert {"400", "413", "415", "422"} <= documented, name
        keys = [parameter.get("$ref", "") for parameter in operation["parameters"]]
        if "#/components/parameters/IfMatch" in keys:
            assert {"400", "412", "428"} <= documented, name
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"]
    assert len(names) == len(list(_operations(document)))


def test_verbs_of_demands_need_key_and_version(document: dict[str, Any]) -> None:
    for verb in ("dispatch", "accept", "contact", "disposition", "reply", "rating", "withdraw"):
        parameters = document["paths"][f"/api/v1/demands/{{demand_id}}/{verb}"]["post"]["parameters"]
        named = {parameter.get("$ref", "").split("/")[-1] for parameter in parameters}
        assert {"IdempotencyKey", "IfMatch"} <= named


async def test_the_page_loads_nothing_from_elsewhere(door: httpx.AsyncClient) -> None:
    page = await door.get("/api/docs")
    assert page.status_code == 200
    assert not re.search(r"(https?:)?//", page.text)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) == 4
    for address in addresses:
        asset = await door.get(f"/api/{address}")
        assert asset.status_code == 200, address
        assert len(asset.content) > 100
    start = (await door.get("/api/docs/start.js")).text
    assert not re.search(r"(https?:)?//", start)
    assert "validatorUrl: null" in start
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "connect-src 'self'" in policy


async def test_the_description_is_served_as_built(door: httpx.AsyncClient, document: dict[str, Any]) -> None:
    answer = await door.get("/api/openapi.json")
    assert answer.json() == document
    unknown = await door.get("/api/docs/assets/secret.txt")
    assert unknown.json()["reason"] == "FIELDS_INVALID"


def test_an_area_is_asked_for_in_one_form(document: dict[str, Any]) -> None:
    """A form wider than the contract's would be promised here and refused behind the door."""
    for where, operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            if parameter.get("name") == "area":
                schema = parameter["schema"]
                assert (schema["maxLength"], schema["pattern"]) == (32, "^[0-9A-Za-z_-]*$"), where


def test_no_address_is_taken_for_that_of_another_thing(document: dict[str, Any]) -> None:
    """Below /things/{id}, a word would be taken for an id by all the methods that things have and it has not."""
    methods = {path: set(item) for path, item in document["paths"].items()}
    for wide, narrow in itertools.permutations(methods, 2):
        parts, others = wide.split("/"), narrow.split("/")
        covers = len(parts) == len(others) and all(
            a == b or (a.startswith("{") and a.endswith("}")) for a, b in zip(parts, others, strict=True)
        )
        assert not covers or methods[wide] <= methods[narrow], f"{narrow} also answers to {methods[wide] - methods[narrow]}"
