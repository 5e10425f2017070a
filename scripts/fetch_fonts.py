"""Puts the fonts that papers are drawn with into the environment's `fonts` folder; nothing to do where some are already.

Those of the system if it has them, else those of Debian's package, fetched and unpacked without installing anything. On a
machine without either: put a serif font with all of Chinese (OTF, TTF or TTC, such as Noto Serif CJK) there by hand.

Usage: python scripts/fetch_fonts.py
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(sys.prefix) / "fonts"
SYSTEM = Path("/usr/share/fonts/opentype/noto")
PACKAGE = "fonts-noto-cjk"
WANTED = ("NotoSerifCJK-Regular.ttc", "NotoSerifCJK-Bold.ttc")
ENDINGS = (".ttc", ".otf", ".ttf", ".otc")


def fetch(scratch: Path) -> Path:
    """The folder with Debian's fonts. Raises SystemExit where they cannot be had."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise SystemExit(f"fonts: this is no Debian; put fonts with Chinese characters into {FOLDER}, then try again")
    scratch.chmod(0o755)  # apt fetches as somebody else
    command = ["apt-get", "download", PACKAGE]
    if not runs(command, scratch) and not (
        os.geteuid() == 0 and runs(["apt-get", "update"], scratch) and runs(command, scratch)
    ):
        raise SystemExit(
            f"fonts: {PACKAGE} cannot be fetched; put fonts with Chinese characters into {FOLDER}, then try again"
        )
    for package in scratch.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package.name, "."], cwd=scratch, check=True)  # noqa: S603, S607 - ours
    return scratch / SYSTEM.relative_to("/")


def runs(command: list[str], folder: Path) -> bool:
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0  # noqa: S603 - ours


def copy_whole(source: Path, target: Path) -> None:
    """So that nobody ever finds half a font."""
    unfinished = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, unfinished)
    unfinished.replace(target)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    if any(path.suffix.lower() in ENDINGS for path in FOLDER.iterdir() if not path.name.startswith(".")):
        return
    if all((SYSTEM / name).exists() for name in WANTED):
        for name in WANTED:
            (FOLDER / name).symlink_to(SYSTEM / name)
        return
    with tempfile.TemporaryDirectory() as scratch:
        found = fetch(Path(scratch))
        for name in WANTED:
            copy_whole(found / name, FOLDER / name)


if __name__ == "__main__":
    main()
