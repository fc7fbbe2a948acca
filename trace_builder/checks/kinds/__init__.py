"""The catalogue: what code can measure; each module lists its kinds as ``KINDS``."""
