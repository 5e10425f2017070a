"""`python -m benchmarks.generate URL NUMBER`: fill a migrated dispatch database with demands, as after years of use."""
