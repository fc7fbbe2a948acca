"""Commands that only look: at a run, a release, an evaluation or a set."""
