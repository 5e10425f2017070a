"""Whether the contract in proto/ is well made: linted with a comment on everything, formatted, and breaking nobody.

It is compared with the newest release (tag v…) before this commit. Before the first release, with where this branch left
main; on main itself, with the commit before. Nothing to compare with: the first commit, or no history at hand; that is told.
"""

import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from scripts.generate_proto import BIN, PROTO, ROOT, image


class Broken(Exception):
    """The contract fails a check; the message is what the tool says."""


def buf(*arguments: str | Path) -> None:
    """Run buf; raise Broken with what it says where it says anything."""
    ran = subprocess.run([BIN / "buf", *arguments], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if ran.returncode != 0:
        raise Broken((ran.stdout + ran.stderr).strip())


def check_lint(proto: Path = PROTO) -> None:
    """buf finds none of the imports as text, hence the image."""
    with tempfile.TemporaryDirectory() as scratch:
        now = Path(scratch) / "now.binpb"
        image(now, proto)
        buf("lint", now, "--config", PROTO / "buf.yaml")


def check_format(proto: Path = PROTO) -> None:
    buf("format", proto, "--diff", "--exit-code")


def check_breaking(before: Path, proto: Path = PROTO) -> None:
    """Compare with an older proto/ folder."""
    with tempfile.TemporaryDirectory() as scratch:
        old, now = Path(scratch) / "old.binpb", Path(scratch) / "now.binpb"
        image(old, before)
        image(now, proto)
        buf("breaking", now, "--against", old, "--config", PROTO / "buf.yaml")


def git(*arguments: str) -> str:
    """What git answers; empty where it refuses: no repository, no such commit."""
    command = ["git", "-C", str(ROOT), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    return ran.stdout.strip() if ran.returncode == 0 else ""


def base() -> str:
    """The commit to compare with; empty if there is none."""
    head = git("rev-parse", "HEAD")
    if release := git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD"):
        return release
    for main_branch in ("origin/main", "main"):
        fork = git("merge-base", "HEAD", main_branch)
        if fork and fork != head:
            return fork
    changed = git("status", "--porcelain", "--", "proto")
    return head if changed else git("rev-parse", "--verify", "--quiet", "HEAD~1")


def proto_of(commit: str, target: Path) -> Path | None:
    """Unpack proto/ as it was in a commit; None if there was none."""
    if not git("ls-tree", commit, "proto"):
        return None
    command = ["git", "-C", str(ROOT), "archive", "--format=tar", commit, "proto"]
    packed = subprocess.run(command, capture_output=True, check=True).stdout  # noqa: S603 - ours
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(target, filter="data")
    return target / "proto"


def compare() -> str:
    """Check against the base; say what was compared."""
    commit = base()
    with tempfile.TemporaryDirectory() as scratch:
        before = proto_of(commit, Path(scratch)) if commit else None
        if before is None:
            return "with nothing older to compare it with"
        check_breaking(before)
    return f"breaking nothing since {commit[:12]}"


def main() -> None:
    try:
        check_lint()
        check_format()
        compared = compare()
    except Broken as error:
        sys.exit(f"contract: {error}")
    print(f"contract: linted and formatted, {compared}")  # noqa: T201 - the answer


if __name__ == "__main__":
    main()
