"""Arrays and the connectome beside a written definition, referred to with their SHA-256."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from braincore.data.files import reason, write_atomically
from braincore.data.graphml import write_graphml
from braincore.errors import ResultsError
from braincore.model.connectome import Connectome

Array = np.ndarray[Any, Any]


class Store:
    """A folder that a definition is written into.

    Parameters
    ----------
    folder
        Made when the first file is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def arrays(self, stem: str, arrays: Mapping[str, Array]) -> dict[str, Any]:
        """Write arrays as ``arrays/stem-HASH.npz`` and return the reference to it: its name and checksum."""
        buffer = io.BytesIO()
        whole: dict[str, Any] = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
        np.savez(buffer, **whole)
        content = buffer.getvalue()
        digest = hashlib.sha256(content).hexdigest()
        name = f"arrays/{stem}-{digest[:12]}.npz"
        self._write(self.folder / name, content)
        return {"array": name, "sha256": digest}

    def connectome(self, connectome: Connectome) -> dict[str, Any]:
        """Write a connectome as GraphML and return the reference to it."""
        path = self.folder / "connectome.graphml"
        self._folder(path.parent)
        fresh = path.with_name(".connectome.graphml")
        write_graphml(_sorted(connectome), fresh)
        digest = hashlib.sha256(fresh.read_bytes()).hexdigest()
        if path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            path = path.with_name(f"connectome-{digest[:12]}.graphml")  # another brain's is there
        fresh.replace(path)
        return {"file": path.name, "sha256": digest}

    def _write(self, path: Path, content: bytes) -> None:
        if not path.exists() or hashlib.sha256(path.read_bytes()).digest() != hashlib.sha256(content).digest():
            self._folder(path.parent)
            write_atomically(path, content)

    @staticmethod
    def _folder(folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ResultsError(f"'{folder}' cannot be made: {reason(error)}") from None


def _sorted(connectome: Connectome) -> Any:
    """Return the graph with its attributes in the order of their names: what is read back is written the same."""
    import networkx as nx

    graph = nx.MultiDiGraph()
    for name, data in connectome.graph.nodes(data=True):
        graph.add_nodes_from([(name, dict(sorted(data.items())))])
    for source, target, key, data in connectome.graph.edges(keys=True, data=True):
        graph.add_edges_from([(source, target, key, dict(sorted(data.items())))])
    return graph
