"""A stage for trace_builder: how hard an instruction is to follow."""
