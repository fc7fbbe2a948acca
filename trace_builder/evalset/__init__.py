"""Makes an evaluation set: quotas, the check by a second model, annotators, agreement, adjudication."""
