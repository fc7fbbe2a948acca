"""From a run's folder to a data set that trainers load."""
