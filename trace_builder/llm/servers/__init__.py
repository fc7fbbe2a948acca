"""The servers behind a model: limits, outages, retries, and one request on its way."""
