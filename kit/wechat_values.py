"""Fitting values to what WeChat accepts in a subscription message: one bad value fails the whole send (47003).

The type of a value is the prefix of its key: `thing1`, `time2`, `character_string3`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from kit.calendar import BEIJING

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"


def fit(key: str, value: str | datetime) -> str:
    """The value in a form that WeChat takes for this key: cut, cleaned, never empty.

    Moments become ``2026年11月23日 17:30`` in Beijing. Types without a rule here (`enum`, `amount`, …) pass
    as they are: cutting those would change what they say.
    """
    kind = key.rstrip("0123456789")
    if isinstance(value, datetime):
        return _moment(value)
    text = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", value).split())
    rule = _RULES.get(kind)
    return rule(text) if rule else text


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    local = value.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日 {local.hour:02}:{local.minute:02}"


def _thing(text: str) -> str:
    if len(text) > 20:
        text = text[:19] + "…"  # shows the reader that the page has more
    return text or "无"


def _name(text: str) -> str:
    return text[: 10 if re.search(f"[{_HAN}]", text) else 20].strip() or "无"


def _phrase(text: str) -> str:
    return re.sub(f"[^{_HAN}]", "", text)[:5] or "无"


def _ascii(longest: int) -> Callable[[str], str]:
    return lambda text: " ".join(re.sub(r"[^\x20-\x7e]", "", text).split())[:longest].strip() or "-"


_RULES: Mapping[str, Callable[[str], str]] = {
    "thing": _thing,
    "name": _name,
    "phrase": _phrase,
    "character_string": _ascii(32),
    "phone_number": _ascii(17),
}
