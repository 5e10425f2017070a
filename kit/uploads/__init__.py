"""Files that people send: what kind they are by content and structure, and whether they are safe to keep and hand out.

`Checker` is what services use: it looks at each file in a process of its own that may be killed. `inspect.inspect` is the
same look without one. Nothing here knows what a file is for.
"""

from kit.uploads.checker import Checker
from kit.uploads.kinds import MAX_BYTES, Kind, shown_name

__all__ = ["MAX_BYTES", "Checker", "Kind", "shown_name"]
