"""The dataset card: its header, its tables and its prose."""
