"""Seeds: plain instructions as they come, read, checked and brought into a run's folder."""
