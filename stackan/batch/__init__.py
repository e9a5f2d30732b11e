"""Many cases → a result store: local workers under a supervisor, or a Dask cluster that runs the same (docs/batch.md)."""
