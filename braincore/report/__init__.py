"""Figures of runs, and the report: one self-contained HTML file."""
