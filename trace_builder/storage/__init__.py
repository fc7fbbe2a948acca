"""A run's folder: the only code that knows its files, and the one reader and writer of them."""
