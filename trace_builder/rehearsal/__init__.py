"""The embedded model behind a real HTTP server, for laptops and drills: rules, not a language model."""
