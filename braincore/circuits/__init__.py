"""Circuits: published small networks, used as regions or within them."""
