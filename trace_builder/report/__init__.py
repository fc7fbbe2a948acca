"""Statistics of what was made, and the page to look at it."""
