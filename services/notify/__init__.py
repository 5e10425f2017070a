"""notify: an inbox for each person, WeChat where they agreed to it, a call by the centre where it fails."""
