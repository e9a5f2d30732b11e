"""The result store of many cases: folders of immutable Parquet files, one folder a table (docs/store.md)."""
