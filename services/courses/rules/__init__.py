"""What courses decides without looking at anything but what it is given."""
