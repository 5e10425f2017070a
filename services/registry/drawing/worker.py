"""The process that draws: what, from its standard input; PDFs to its standard output, each behind its length."""

import json
import resource
import sys
from importlib.resources import files
from typing import Any

import typst

from services.registry.drawing import LENGTH

MEMORY_BYTES = 3 * 1024**3
TITLES = {"plaque": "法治化营商环境联系点铭牌", "certificate": "法治化营商环境联系点证书"}
AUTHOR = "法护金企"
# Papers bear their own days; a time of drawing would make each drawing another file.
TIME = 0


def draw(form: str, fonts: str, papers: list[list[dict[str, Any]]]) -> list[bytes]:
    """One PDF for each list of papers. No other fonts than those of the folder are at hand."""
    template = (files("services.registry.drawing") / "papers.typ").read_bytes()
    at_hand = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
    compiler = typst.Compiler(template, font_paths=at_hand, ignore_system_fonts=True)
    drawn = []
    for of_file in papers:
        data = json.dumps({"title": TITLES[form], "author": AUTHOR, "papers": of_file}, ensure_ascii=False)
        drawn.append(compiler.compile(template, sys_inputs={"form": form, "data": data}, format="pdf", timestamp=TIME))
    return [content for content in drawn if isinstance(content, bytes)]


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    asked = json.load(sys.stdin.buffer)
    for content in draw(asked["form"], asked["fonts"], asked["files"]):
        sys.stdout.buffer.write(LENGTH.pack(len(content)) + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
