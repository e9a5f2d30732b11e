"""Questions in SQL over a result store: DuckDB reads it, and can do nothing else."""
