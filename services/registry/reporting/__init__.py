"""Papers of the year as office files: blocks of text in, bytes out, the same for the same. Blocking: call it in a thread."""
