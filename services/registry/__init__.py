"""registry knows who takes part: areas, units, people, enterprises, the year's liaison points and their contacts."""
