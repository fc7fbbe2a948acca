"""Loads a release as the trainers do, and counts what they drop."""
