"""The use cases of dispatch, by what they are about."""
