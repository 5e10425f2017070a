"""Papers of the year as office files: blocks of text in, bytes out, the same bytes for the same blocks. Blocking: in a thread."""
