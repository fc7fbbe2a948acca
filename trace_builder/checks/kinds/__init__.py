"""The kinds of constraints that code can verify; each module lists its own as ``KINDS``."""
