"""What the person who started a stack reads: news while it runs, and where everything is once it is ready."""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from stack.demo_data import Enterprise
from stack.loading import Account, Loaded

if TYPE_CHECKING:
    from stack.supervisor import Stack

SHOWN_CONTACTS = 3


def say(text: str) -> None:
    """Print at once. A reader who went away (`make run | head`) must not keep us from stopping in good order."""
    with suppress(OSError):
        print(text, flush=True)


def summary(stack: "Stack") -> str:
    """Addresses, demonstration accounts, and how long the start took."""
    parts = [
        "",
        f"法护金企已就绪（{stack.layout.name}，用时 {stack.started_in:.1f} 秒），按 Ctrl-C 停止",
        "",
        *_addresses(stack),
    ]
    if stack.loaded is not None:
        parts += ["", *_contacts(stack.loaded), "", *_staff(stack.loaded)]
    return "\n".join(parts)


def _addresses(stack: "Stack") -> list[str]:
    status = stack.status()
    urls, databases = status["urls"], status["databases"]
    rows = []
    if "gateway" in urls:
        rows += [("接口 API", f"{urls['gateway']}/api/v1"), ("接口文档 Docs", f"{urls['gateway']}/api/docs")]
    rows += [("微信沙箱 WeChat", urls["wechat"]), ("NATS", f"{status['nats']['url']}  监控 {status['nats']['monitor']}")]
    rows += [(f"数据库 {name}", url) for name, url in databases.items()]
    rows += [("日志 Logs", str(stack.layout.logs)), ("全部账号与地址", str(stack.layout.status))]
    return table(rows)


def _contacts(loaded: Loaded) -> list[str]:
    """A few contacts; all are in the status file."""
    shown = list(loaded.enterprises[:SHOWN_CONTACTS])
    head = f"企业联系人（{loaded.year} 年共 {len(loaded.enterprises)} 家，每个代码用一次，再次登录在后面加 ~1、~2 …）"
    rows = [("企业", "层级", "联系人", "微信登录码", "手机号码代码"), *map(_contact, shown)]
    rows.append(_contact(loaded.last_year, "仅上年"))
    return [head, *table(rows)]


def _contact(enterprise: Enterprise, level: str = "") -> tuple[str, ...]:
    word = level or {"district": "区级", "town": "镇级"}[enterprise.level]
    return enterprise.name, word, enterprise.liaison, f"code-{enterprise.openid}", f"phone-{enterprise.phone}"


def _staff(loaded: Loaded) -> list[str]:
    rows: list[tuple[str, ...]] = [("工作人员", "登录名", "密码", "动态口令密钥（TOTP）", "微信登录码", "手机号码代码")]
    rows += [_account(account) for account in loaded.accounts if account.password]
    return ["部门、中心与街镇（电脑端：登录名 + 密码 + 动态口令；或微信，首次登录另需手机号码代码）", *table(rows)]


def _account(account: Account) -> tuple[str, ...]:
    staff = account.staff
    wechat = f"code-{staff.openid}", f"phone-{staff.phone}"
    return staff.title, staff.login, account.password, account.totp_secret, *wechat


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns that line up, also where Chinese characters take two places."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
