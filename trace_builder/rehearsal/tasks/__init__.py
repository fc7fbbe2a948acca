"""Answers the questions of the prompts: one file a question, and what they share in reading a request."""
