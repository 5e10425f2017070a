"""Every SELECT of dispatch, by what it is about. Who sees which demand is decided in `access` alone."""
