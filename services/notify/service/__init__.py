"""The use cases of notify, by resource."""
