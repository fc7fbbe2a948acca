"""The commands of the program: each parses its options, calls one function and prints what it returns."""
