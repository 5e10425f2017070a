"""The one HTTP door: REST for the mini-program, the console and 金企服务云. No database, no rules of the field."""
