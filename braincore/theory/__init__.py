"""What theory predicts of a network before any run: rates, regimes, f-I curves, spectral radius, cost. In SI."""
