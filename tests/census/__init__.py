"""The census drill: thousands answer at once; nothing is lost or doubled, and nobody's part B is found by their part A."""
