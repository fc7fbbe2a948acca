"""What stands behind a stage's ``ask``: questions, stored answers, the wire."""
