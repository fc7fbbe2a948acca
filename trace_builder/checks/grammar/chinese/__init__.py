"""The grammar of Chinese constraints."""
