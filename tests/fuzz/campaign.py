"""One person's turn: schemathesis draws requests from the API's description and judges every answer by it."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import schemathesis
from hypothesis import strategies
from pydantic import AwareDatetime, TypeAdapter
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.openapi.checks import RejectedPositiveData

from kit.uploads.kinds import MEDIA_TYPES, Kind
from tests.fuzz.feed import PATHS, PROBABILITY, WORDS, Feed
from tests.kit.uploads.makers import minimal, packed, page_pdf, png

HANG_SECONDS = 10.0
STREAM = "/api/v1/events"
TABLE = "text/csv"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a request can be refused for although it is well-formed is no fault; being called malformed is.
MALFORMED = frozenset(
    {"FIELDS_INVALID", "BODY_UNREADABLE", "CONTENT_TYPE_UNSUPPORTED", "IDEMPOTENCY_KEY_INVALID", "IF_MATCH_INVALID"}
)
LONGEST_PERIOD = timedelta(days=366)
PERIOD_END = TypeAdapter(AwareDatetime)
# Beside the usual ones: a stale or missing version, a body too large.
REFUSALS = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]


@dataclass
class Findings:
    """What came of it. `failures` are told once each, with the request that shows them."""

    operations: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    hangs: int = 0

    @property
    def cases(self) -> int:
        return self.statuses.total() + self.hangs

    @property
    def server_errors(self) -> int:
        return sum(number for status, number in self.statuses.items() if status >= 500)

    def add(self, other: "Findings") -> None:
        self.operations |= other.operations
        self.accepted |= other.accepted
        self.statuses += other.statuses
        self.failures |= other.failures
        self.hangs += other.hangs


def know_files() -> None:
    """Have bodies that claim to be files, some of which are, and send tables: the generator knows none of these."""
    anything = strategies.binary(max_size=200)
    schemathesis.openapi.media_type(WORKBOOK, anything | anything.map(lambda rest: b"PK\x03\x04" + rest))
    good = {Kind.DOCX: packed(minimal()), Kind.PDF: page_pdf(), Kind.PNG: png(), Kind.JPG: b"\xff\xd8\xff"}
    for kind, media_type in MEDIA_TYPES.items():
        schemathesis.openapi.media_type(media_type, anything | strategies.just(good[kind]))
    for media_type in (WORKBOOK, TABLE, *MEDIA_TYPES.values()):
        schemathesis.serializer(media_type)(_as_bytes)


def _as_bytes(_context: Any, value: Any) -> bytes:
    """What was drawn to be a file, or anything else, as a client would send it."""
    return value if isinstance(value, bytes) else str(value).encode(errors="surrogatepass")


def attack(
    document: dict[str, Any], url: str, token: str, feed: Feed, *, seconds: int, seed: int, spared: Sequence[str] = ()
) -> Findings:
    """Send requests for so long, as the bearer of the token; none to the paths that are spared. Blocks."""
    settings = _settings(url, token, feed, seconds, seed)
    settings["operations"] += [{"include-path": path, "enabled": False} for path in spared]
    config = SchemathesisConfig.from_dict(settings)
    schema = schemathesis.openapi.from_dict(document, config=config)
    findings = Findings()
    _hook(schema, feed, findings)
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            _read(event.recorder, findings)
        elif isinstance(event, events.NonFatalError):
            findings.failures.setdefault(f"{event.label}: {event.info.title}", event.info.message)
        elif isinstance(event, events.FatalError):
            raise event.exception
    return findings


def _settings(url: str, token: str, feed: Feed, seconds: int, seed: int) -> dict[str, Any]:
    words = feed.dictionaries
    bound = {part: {"dictionary": kind, "probability": PROBABILITY} for part, kind in WORDS.items() if kind in words}
    return {
        "base-url": url,
        "seed": seed,
        "max-time": seconds,
        "request-timeout": HANG_SECONDS,
        "continue-on-failure": True,
        "auth": {"openapi": {"bearer": {"bearer": token}}} if token else {},
        "dictionaries": words,
        "parameters": bound,
        "generation": {"mode": "all", "database": "none"},
        "checks": {
            "negative_data_rejection": {"expected-statuses": REFUSALS},
            "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "422", "428"]},
        },
        # A stream has no end: what it says within a second will do.
        "operations": [{"include-path": STREAM, "request-timeout": 1.0}],
    }


def _hook(schema: Any, feed: Feed, findings: Findings) -> None:
    """Put real things into well-formed requests, learn from the answers, and drop what is no failure here."""

    @schema.hook  # type: ignore[untyped-decorator]
    def map_case(_context: Any, case: Any) -> Any:
        drawn = case.path_parameters or {}
        _mend_body(case)
        if case.meta is None or case.meta.is_negative_at(ParameterLocation.PATH):
            return case
        for name in PATHS.keys() & drawn.keys():
            drawn[name] = feed.pick(PATHS[name], str(drawn[name]))
            version = feed.versions.get(drawn[name])
            if version and "If-Match" in (case.headers or {}) and not case.meta.is_negative_at(ParameterLocation.HEADER):
                case.headers["If-Match"] = f'"{version}"'
        return case

    @schema.hook  # type: ignore[untyped-decorator]
    def after_call(_context: Any, case: Any, response: Any) -> None:
        findings.statuses[response.status_code] += 1
        findings.operations.add(case.operation.label)
        if response.status_code >= 300:
            return
        findings.accepted.add(case.operation.label)
        kind = case.path.removeprefix("/api/v1/").split("/")[0]
        if kind in ("demands", "enterprises") and response.content:
            body = response.json()
            if isinstance(body, Mapping) and "version" in body:
                feed.learn(kind, body)

    @schema.hook  # type: ignore[untyped-decorator]
    def after_network_error(_context: Any, _case: Any, _request: requests.PreparedRequest) -> None:
        findings.hangs += 1

    @schema.hook  # type: ignore[untyped-decorator]
    def filter_failure(_context: Any, failure: Failure, case: Any, response: Any) -> bool:
        if not isinstance(failure, RejectedPositiveData):
            return True
        problem = response.json()
        is_told_malformed = problem.get("reason") in MALFORMED and not _is_period_refused(case.body, problem)
        return is_told_malformed and not _beyond_unicode(case.body)


def _mend_body(case: Any) -> None:
    """Repeat no word of a well-formed body. A file stays as it is: set anew, its bytes would be judged as no string."""
    if isinstance(case.body, dict) and case.meta and not case.meta.is_negative_at(ParameterLocation.BODY):
        case.body = _without_repetition(case.body)


def _without_repetition(body: dict[str, Any]) -> dict[str, Any]:
    """The body with each of its lists' words once: the words were put in after the lists had been drawn as sets."""
    return {name: list(dict.fromkeys(value)) if _is_words(value) else value for name, value in body.items()}


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_period_refused(body: Any, problem: Mapping[str, Any]) -> bool:
    """Whether all that is wrong is how a period's ends stand to each other and to now, which no schema can say."""
    at_fault = {(one.get("field"), one["reason"]) for one in problem.get("errors", ())}
    if not at_fault or not at_fault <= {(name, "OUT_OF_RANGE") for name in ("until", None)}:
        return False
    since, until = (PERIOD_END.validate_python(body[name]) for name in ("since", "until"))
    return not since < until <= min(since + LONGEST_PERIOD, datetime.now(UTC))


def _beyond_unicode(body: Any) -> bool:
    """Whether a body has characters that do not exist: the generator takes some of them for letters or marks."""
    return isinstance(body, dict) and any(unicodedata.category(character) == "Cn" for character in _text_of(body))


def _text_of(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(map(_text_of, value.values()))
    return "".join(map(_text_of, value)) if isinstance(value, list) else str(value)


def _read(recorder: ScenarioRecorder, findings: Findings) -> None:
    for checks in recorder.checks.values():
        for check in checks:
            if check.failure_info:
                failure = check.failure_info.failure
                told = f"{failure.message}\n{check.failure_info.code_sample}"
                findings.failures.setdefault(f"{failure.operation}: {check.name}: {failure.title}", told)
