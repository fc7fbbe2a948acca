"""What a release leaves out: duplicates, and what stands in a benchmark."""
