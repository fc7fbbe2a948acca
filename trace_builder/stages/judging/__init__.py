"""Judging a response constraint by constraint, and what the verdicts prove."""
