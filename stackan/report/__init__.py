"""Analysis → text or JSON, written to a given stream."""
