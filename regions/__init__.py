"""Brain regions: published models with named populations, inner wiring and ports."""
