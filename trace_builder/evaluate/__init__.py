"""Scores a model on an evaluation set: it answers, a judge scores every constraint, and Eq. 3 counts."""
