"""The formats of a release: a module for each family of them."""
