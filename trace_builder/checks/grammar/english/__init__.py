"""The grammar of English constraints."""
