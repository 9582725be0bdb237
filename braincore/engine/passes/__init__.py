"""Passes: each makes a network's pieces faster and leaves what they compute as it is. Each can be switched off."""
