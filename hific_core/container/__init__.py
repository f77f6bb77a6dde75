"""A .hfc file's bytes: its header, streams and metadata, with the standard library only."""
