"""The page that a plaque's code leads to: what it is worth, in words for everybody. No scripts, nothing from elsewhere."""

import base64
import hashlib
from html import escape
from typing import Literal

Verdict = Literal["valid", "not_yet_valid", "expired", "withdrawn", "unknown", "busy", "away"]
STYLE = """
:root{color-scheme:light}
body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;background:#f6f1e4;color:#3a1d12;
font-family:"Noto Serif CJK SC","Songti SC",SimSun,serif}
main{box-sizing:border-box;width:min(34rem,92vw);margin:1.5rem 0;padding:2.2rem 1.6rem;background:#fffdf6;text-align:center;
border:3px solid #9e1b1f;border-radius:6px;outline:1px solid #d9bd77;outline-offset:-10px}
h1{margin:0 0 1.4rem;font-size:1.05rem;font-weight:normal;color:#8a6420;letter-spacing:.1em}
.mark{display:inline-block;margin:0 0 1.2rem;padding:.35rem 1.4rem;border:2px solid;border-radius:999px;font-size:1.5rem;
font-weight:bold}
.valid{color:#1a7f37}.not_yet_valid,.expired{color:#8a6420}.withdrawn,.unknown{color:#9e1b1f}.busy,.away{color:#555}
.wording{margin:.2rem 0;font-size:1.45rem;font-weight:bold;line-height:1.5}
.year{margin:.2rem 0 1.2rem;font-size:1.1rem}
.told{margin:0;font-size:1rem;line-height:1.8}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
MARKS: dict[Verdict, tuple[str, str]] = {
    "valid": ("有效", "该铭牌（证书）真实，且在有效期内。"),
    "not_yet_valid": ("尚未生效", "该铭牌（证书）真实，自所属年度1月1日起生效。"),
    "expired": ("已过期", "该铭牌（证书）真实，但所属年度已经结束，不再有效。"),
    "withdrawn": ("已撤销", "该铭牌（证书）已撤销、交回或遗失，不再有效。"),
    "unknown": ("查无此牌", "没有找到对应的铭牌（证书）。请核对二维码是否完整；如由他人出示，请谨慎辨别。"),
    "busy": ("请稍候", "查询过于频繁，请稍后再扫码。"),
    "away": ("请稍候", "暂时无法查询，请稍后再扫码。"),
}


def page(verdict: Verdict, wording: str = "", year: int = 0) -> str:
    """The whole page."""
    mark, told = MARKS[verdict]
    shown = f'<p class="wording">{escape(wording)}</p>\n<p class="year">{year}年度</p>\n' if wording else ""
    return f"""<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>铭牌验证：{mark}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>法治化营商环境联系点 · 铭牌验证</h1>
<p class="mark {verdict}">{mark}</p>
{shown}<p class="told">{told}</p>
</main>
</body>
</html>
"""
