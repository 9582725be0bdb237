"""The experiments that braincore ships, as YAML files: ``braincore run experiments/microcircuit.yaml``."""
