"""Figures: what a run, a release, an evaluation or a file of records holds."""
