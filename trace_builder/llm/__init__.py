"""The wire: asks models over HTTP, and reads what they answer."""
