"""The whole platform on one machine, with real servers from wheels."""
