"""The life of a demand without a database: its words, the table of moves, the terms, and what is decided by looking.

Elsewhere they are used as `rules.…`, whichever of the files they stand in.
"""

from services.dispatch.rules.decisions import *  # noqa: F403
from services.dispatch.rules.holidays import *  # noqa: F403
from services.dispatch.rules.sampling import *  # noqa: F403
from services.dispatch.rules.table import *  # noqa: F403
from services.dispatch.rules.terms import *  # noqa: F403
from services.dispatch.rules.words import *  # noqa: F403
