"""The SELECTs of registry longer than a look-up by key. Who may see which enterprise is decided in enterprises.py alone."""
