"""The process that looks at files: one after the other from its standard input, each verdict to its standard output.

Parsers of four formats read what strangers made. Here a loop, a crash or a hunger for memory costs this process
and one file. Run by `Checker` as `python -m kit.uploads.worker`; it ends with its input.
"""

import json
import resource
import sys
from typing import BinaryIO

from kit.uploads.checker import HEAD, READY
from kit.uploads.errors import UploadRefused
from kit.uploads.inspect import inspect

MEMORY_BYTES = 1536 * 1024 * 1024
CPU_SECONDS = 20


def limit() -> None:
    """Nothing is written, no new file is opened in numbers, and memory has an end."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def limit_time() -> None:
    """So much more time on the processor, for the file that comes next."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks any more."""
    while len(head := asked.read(HEAD.size)) == HEAD.size:
        lengths = HEAD.unpack(head)
        name, media_type, content = (asked.read(length) for length in lengths)
        limit_time()
        answers.write(json.dumps(verdict(content, name.decode(), media_type.decode())).encode() + b"\n")
        answers.flush()


def verdict(content: bytes, name: str, media_type: str) -> dict[str, str]:
    """The kind, or the reason why not."""
    try:
        return {"kind": inspect(content, name, media_type)}
    except UploadRefused as refusal:
        return {"reason": refusal.reason, "told": refusal.metadata["told"]}


def main() -> None:
    limit()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
