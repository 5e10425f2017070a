"""The yardstick: the same stack with nothing on it. No rules, no checks, no ORM, no events."""
