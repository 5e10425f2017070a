"""Every SELECT of courses, and who sees what: decided once for list and detail alike."""
