"""What a study does with brains: run and resume (`run`), sweep (`sweep`), describe the library (`library`)."""
