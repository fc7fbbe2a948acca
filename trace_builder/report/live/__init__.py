"""The page served live, for any number of records: an index to search in, and a server on this machine."""
