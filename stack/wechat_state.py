"""What the WeChat sandbox remembers and refuses: codes, tokens, consents, message values."""

import base64
import json
import os
import re
import secrets
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CODES = {
    "code": re.compile(r"code-([A-Za-z0-9_-]{1,64})(~.*)?"),
    "phone": re.compile(r"phone-([0-9]{5,15})(~.*)?"),
}
_TIME = r"([0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 ?)?[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?"
_DATE = r"[0-9]{4}(年[0-9]{1,2}月[0-9]{1,2}日|[-/.][0-9]{1,2}[-/.][0-9]{1,2})( [0-9]{1,2}:[0-9]{2})?"
# The published limits of the value types; WeChat checks them before it looks for a consent.
_VALUES = {
    "thing": re.compile(r"[^\n\r\t]{1,20}"),
    "number": re.compile(r"[0-9.]{1,32}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "time": re.compile(f"{_TIME}(~{_TIME})?"),
    "date": re.compile(f"{_DATE}(~{_DATE})?"),
    "amount": re.compile(r"[^\w\s]?[0-9.]{1,11}元?"),
    "phone_number": re.compile(r"[0-9+() -]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r"[\u4e00-\u9fff]{1,10}|[^\u4e00-\u9fff0-9]{1,20}|[^0-9]{1,10}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
}
_ANY_VALUE = re.compile(r".+", re.DOTALL)
_RENEW_BEFORE_SECONDS = 300


class WechatRefusal(Exception):
    """A no in WeChat's form."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg


@dataclass
class Fault:
    """How the next `times` calls, of one path or of all, go wrong."""

    errcode: int | None
    http_status: int | None
    delay_ms: int
    times: int
    path: str | None


class Tokens:
    """Access tokens by WeChat's rules: one current; in its last five minutes a successor, and both work."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._current = ""
        self._refused = ""
        self._ends: dict[str, float] = {}

    def issue(self, *, force: bool) -> tuple[str, int]:
        """The current token and the seconds left to it; a new one when forced or when the old one is ending."""
        left = self._ends.get(self._current, 0.0) - time.monotonic()
        margin = min(_RENEW_BEFORE_SECONDS, self._seconds / 2)
        if force:
            self._ends.clear()
        if force or left <= margin:
            self._current = secrets.token_urlsafe(64)
            self._ends[self._current] = time.monotonic() + self._seconds
            left = float(self._seconds)
        return self._current, round(left)

    def check(self, token: str) -> None:
        if not token:
            raise WechatRefusal(41001, "access_token missing")
        if token not in self._ends or token == self._refused:
            raise WechatRefusal(40001, "invalid credential, access_token is invalid or not latest")
        if self._ends[token] <= time.monotonic():
            raise WechatRefusal(42001, "access_token expired")

    def refuse(self) -> None:
        self._refused = self._current

    def expire(self) -> None:
        self._ends = dict.fromkeys(self._ends, 0.0)


class Sandbox:
    """One mini-program's world."""

    def __init__(self, app_id: str, secret: str, state_dir: Path, token_seconds: int) -> None:
        self.app_id = app_id
        self.tokens = Tokens(token_seconds)
        self.messages: list[dict[str, Any]] = []
        self.faults: list[Fault] = []
        self._secret = secret
        self._file = state_dir / "state.json"
        self._used: set[str] = set()
        self._consents: Counter[tuple[str, str]] = Counter()
        state_dir.mkdir(parents=True, exist_ok=True)
        self._load()

    def check_app(self, app_id: object, secret: object) -> None:
        if app_id != self.app_id:
            raise WechatRefusal(40013, "invalid appid")
        if secret != self._secret:
            raise WechatRefusal(40125, "invalid appsecret")

    def use_code(self, kind: str, code: object) -> str:
        """What the code stands for, once."""
        if not code:
            raise WechatRefusal(41008, "missing code")
        match = _CODES[kind].fullmatch(str(code))
        if match is None:
            raise WechatRefusal(40029, "invalid code")
        if code in self._used:
            raise WechatRefusal(40163, "code been used")
        self._used.add(str(code))
        self._save()
        return match[1]

    def add_consent(self, openid: str, template_id: str, count: int) -> int:
        """How many messages of this template the user now lets through."""
        self._consents[openid, template_id] += count
        self._save()
        return self._consents[openid, template_id]

    def deliver(self, message: dict[str, Any]) -> None:
        openid, template_id = message.get("touser"), message.get("template_id")
        if not isinstance(openid, str) or not openid:
            raise WechatRefusal(40003, "invalid openid")
        if not isinstance(template_id, str) or not template_id:
            raise WechatRefusal(40037, "invalid template_id")
        _check_values(message.get("data"))
        if self._consents[openid, template_id] <= 0:
            raise WechatRefusal(43101, "user refuse to accept the msg")
        self._consents[openid, template_id] -= 1
        self._save()
        self.messages.append(message | {"sent_at": self.timestamp()})

    def next_fault(self, path: str) -> Fault | None:
        """The fault for this call, if one is waiting."""
        waiting = (fault for fault in self.faults if fault.times > 0 and fault.path in (None, path))
        fault = next(waiting, None)
        if fault is not None:
            fault.times -= 1
        return fault

    def session_key(self) -> str:
        return base64.b64encode(os.urandom(16)).decode()

    def timestamp(self) -> int:
        return int(time.time())

    def _load(self) -> None:
        if not self._file.exists():
            return
        state = json.loads(self._file.read_text("utf-8"))
        self._used = set(state["used"])
        self._consents = Counter({(openid, template): n for openid, template, n in state["consents"]})

    def _save(self) -> None:
        consents = [[openid, template, n] for (openid, template), n in self._consents.items() if n > 0]
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(json.dumps({"used": sorted(self._used), "consents": consents}), "utf-8")
        unfinished.replace(self._file)


def _check_values(data: object) -> None:
    if not isinstance(data, dict) or not data:
        raise WechatRefusal(47003, "argument invalid! data is empty")
    for key, item in data.items():
        value = item.get("value") if isinstance(item, dict) else None
        rule = _VALUES.get(key.rstrip("0123456789"), _ANY_VALUE)
        if not rule.fullmatch(str(value or "")):
            raise WechatRefusal(47003, f"argument invalid! data.{key}.value invalid")
