"""The steps of the procedure, one file each: what a stage is, which there are, and why they reject."""
