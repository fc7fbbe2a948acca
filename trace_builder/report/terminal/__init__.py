"""Figures as tables on the terminal."""
