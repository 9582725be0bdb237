"""Files in: where a data set lies and what its bytes mean. Readers return NumPy arrays and NetworkX graphs.

The names are loaded when first used: the libraries behind them are slow to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PUBLIC = {
    "DATA_VARIABLE": "files",
    "data_folders": "files",
    "locate": "locate",
    "DataSet": "datasets",
    "fetch": "datasets",
    "known_datasets": "datasets",
    "read_arrays": "arrays",
    "read_table": "tables",
    "EdgeTable": "edges",
    "read_edges": "edges",
    "edges_to_graph": "graphs",
    "PATH_OPTIONS": "connectomes",
    "read_connectome": "connectomes",
    "write_graphml": "graphml",
    "read_idx": "images",
    "read_images": "images",
    "read_spike_trains": "spikes",
}


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"braincore.data.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'braincore.data' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
