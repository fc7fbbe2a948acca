"""Binds what people write to claims: a grammar for each language, over sentences and clauses."""
