"""Runs several commands of one service in one process, for importing a service takes longer than most of them.

`python -m stack.batch SERVICE '[["migrate"], ["load-reference"]]'` is `python -m services.SERVICE migrate`, and so on.
"""

import json
import runpy
import sys


def main() -> None:
    service, commands = sys.argv[1], json.loads(sys.argv[2])
    for arguments in commands:
        sys.argv = [f"services.{service}", *arguments]
        runpy.run_module(f"services.{service}", run_name="__main__")


if __name__ == "__main__":
    main()
