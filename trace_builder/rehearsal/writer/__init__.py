"""Writes texts: constraints that go together, and responses that keep them or break one. Knows no request."""
