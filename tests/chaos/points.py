"""The named fault points of the write path: found in the source, and armed with the pid of whom they are to kill."""

import re
from pathlib import Path

from stack.environment import ROOT, write_whole

CALL = re.compile(r'faults\.point\(\s*"([^"]+)"')
# Which process gets to the points of a name. A new name in the code must be given its place here.
HOSTS = {
    "gateway": "gateway",
    "submit": "dispatch",
    "move": "dispatch",
    "relay": "dispatch",
    "consumer": "notify",
    "notify": "notify",
}


# No file is sent here, and nothing is booked: tests/dispatch/test_attachments.py and tests/race strike those.
ELSEWHERE = ("file.", "book.", "booking.")


def all_points() -> list[str]:
    """Every name that the code of kit and the services gives to a point on the write path of demands."""
    files = [file for folder in ("kit", "services") for file in (ROOT / folder).rglob("*.py")]
    found = {name for file in files for name in CALL.findall(file.read_text("utf-8"))}
    return sorted(name for name in found if not name.startswith(ELSEWHERE))


def host_of(point: str) -> str:
    """The process that is armed for a point. Raises KeyError for a name that nobody gave a place."""
    return HOSTS[point.partition(".")[0]]


class Armoury:
    """A folder for each process, in which it looks for the points that are armed."""

    def __init__(self, folder: Path) -> None:
        self._folders = {host: folder / host for host in set(HOSTS.values())}
        for each in self._folders.values():
            each.mkdir(parents=True, exist_ok=True)

    @property
    def environments(self) -> dict[str, dict[str, str]]:
        return {host: {"FAHU_FAULT_FOLDER": str(folder)} for host, folder in self._folders.items()}

    def arm(self, point: str, target: int | str) -> None:
        """Have the next who passes the point kill this pid, or "self"."""
        write_whole(self._file(point), str(target))

    def is_armed(self, point: str) -> bool:
        return self._file(point).exists()

    def disarm(self, point: str) -> None:
        self._file(point).unlink(missing_ok=True)

    def _file(self, point: str) -> Path:
        return self._folders[host_of(point)] / point
