"""The HTTP server with vLLM's manners, latency and faults; knows no words."""
