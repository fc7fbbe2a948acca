"""What every other package may stand on: texts, draws, addresses, files that are shipped."""
