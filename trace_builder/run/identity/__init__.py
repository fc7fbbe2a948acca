"""What shapes a stage's outcomes, as hashes."""
