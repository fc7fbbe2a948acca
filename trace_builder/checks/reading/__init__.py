"""Reads a response as a person does: its layout, its visible text, its words, sentences and languages."""
