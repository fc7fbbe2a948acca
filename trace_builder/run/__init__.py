"""Runs stages over records into a folder, resumably: scheduling, asking, fingerprints, products."""
