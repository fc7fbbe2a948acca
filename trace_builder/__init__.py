"""Builds SFT, DPO and IOPO data for complex-instruction following from plain instructions."""

__version__ = "0.1.0"
