"""Papers as PDF. The process that draws starts anew each time, so what it imports is little; `drawer` is the way to it."""

import struct

# Before each PDF on its way back.
LENGTH = struct.Struct(">I")
