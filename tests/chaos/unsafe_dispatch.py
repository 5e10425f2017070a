"""Dispatch without an outbox, for the negative control: events are published from memory after the commit, never stored."""

import runpy

from services.dispatch import moves

STORED = "INSERT INTO outbox\n"


def main() -> None:
    for statement in ("INSERT", "UPDATE"):
        text = getattr(moves, statement)
        if STORED not in text:
            raise SystemExit("dispatch writes its events otherwise than this control believes")
        setattr(moves, statement, text.replace(STORED, ""))
    runpy.run_module("services.dispatch", run_name="__main__")


if __name__ == "__main__":
    main()
