"""Connectomes of The Virtual Brain: a zip file of text matrices.

Its convention: ``weights[i, j]`` is the connection from j to i (rows are targets), lengths and centres are in mm, areas
in mm^2 (Sanz-Leon et al. 2013, Front Neuroinform 7:10, doi:10.3389/fninf.2013.00010). Nothing is unpacked to disk.
"""

from __future__ import annotations

import bz2
import io
import zipfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from braincore.data.arrays import Array
from braincore.data.edges import matrix_edges
from braincore.data.files import reading
from braincore.data.graphs import Reading, edges_to_graph, number_repeats
from braincore.data.locate import as_file
from braincore.data.matrices import Matrix, check_regions
from braincore.errors import InputError

if TYPE_CHECKING:
    import networkx as nx

MAX_MEMBER = 2**30
_SPELLINGS = {
    "weights": ("weights",),
    "lengths": ("tract_lengths", "tract_length", "tracts"),
    "centres": ("centres", "centers", "positions"),
    "areas": ("areas",),
    "cortical": ("cortical",),
    "hemispheres": ("hemispheres", "hemisphere"),
}


def read_tvb(
    path: str | Path,
    *,
    repeats: Literal["error", "number"] = "error",
    nan: str = "error",
    zero_length: str = "keep",
    self_connections: str = "keep",
) -> nx.MultiDiGraph:
    """Read a connectivity of The Virtual Brain.

    Parameters
    ----------
    path
        The zip file. It holds ``weights``, ``centres`` (label, x, y, z) and if known ``tract_lengths``, ``areas``,
        ``cortical`` and ``hemispheres`` as ``.txt`` or ``.txt.bz2``, in any folder.
    repeats
        ``"number"`` tells regions of one label apart (``rLOF-1``, ``rLOF-2``, as the 998-region set needs).
    nan, zero_length, self_connections
        As in `braincore.data.graphs.Reading`.

    Returns
    -------
    networkx.MultiDiGraph
        Node attributes ``position`` (mm), ``area_mm2``, ``cortical``, ``hemisphere``; edge attributes ``weight`` and
        ``length`` (m).

    Raises
    ------
    InputError
        Not such a file, a part is missing, or the parts differ in size.
    """
    how = Reading(
        nan=nan,  # type: ignore[arg-type]
        zero_length=zero_length,  # type: ignore[arg-type]
        self_connections=self_connections,  # type: ignore[arg-type]
        length_unit="mm",
    )
    file = as_file(path)
    where = str(file)
    parts = _read_parts(file)
    for part in ("weights", "centres"):
        if part not in parts:
            raise InputError(f"holds no {part}.txt", where=where, hint="Is this a connectivity of The Virtual Brain?")
    labels, centres = _centres(parts["centres"], where)
    names = tuple(number_repeats(labels) if repeats == "number" else labels)
    check_regions(len(names), where)
    weights = _square(parts["weights"], names, f"{where}: weights")
    table = matrix_edges(weights, "target", how.nan)
    if "lengths" in parts:
        lengths = _square(parts["lengths"], names, f"{where}: tract lengths").values
        table = replace(table, attributes={**table.attributes, "length": lengths[table.post, table.pre]})
    nodes: dict[str, dict[str, Any]] = {
        name: {"position": tuple(place)} for name, place in zip(names, centres.tolist(), strict=True)
    }
    for part, attribute in (("areas", "area_mm2"), ("cortical", "cortical"), ("hemispheres", "hemisphere")):
        if part in parts:
            for name, value in zip(names, _vector(parts[part], len(names), f"{where}: {part}"), strict=True):
                nodes[name][attribute] = _node_value(part, value)
    return edges_to_graph(table, nodes=nodes, reading=how, where=where)


def _node_value(part: str, value: float) -> float | bool | str:
    if part == "hemispheres":  # true for the right one
        return "right" if value else "left"
    return bool(value) if part == "cortical" else value


def _read_parts(file: Path) -> dict[str, str]:
    """Return the text of each part that the archive holds."""
    wanted = {spelling: part for part, spellings in _SPELLINGS.items() for spelling in spellings}
    parts: dict[str, str] = {}
    with reading(str(file), "a zip file"), zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            name = Path(info.filename).name.lower()
            stem = name.removesuffix(".bz2").removesuffix(".txt")
            if info.is_dir() or name.startswith(".") or "__MACOSX" in info.filename or stem not in wanted:
                continue
            if wanted[stem] in parts:
                raise InputError(f"holds {stem} twice", where=str(file))
            parts[wanted[stem]] = _text(archive, info, str(file))
    return parts


def _text(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> str:
    packed = info.filename.lower().endswith(".bz2")
    with archive.open(info) as member, bz2.open(member) if packed else nullcontext(member) as stream:
        content = stream.read(MAX_MEMBER + 1)
    if len(content) > MAX_MEMBER:
        raise InputError(f"'{info.filename}' unpacks to more than {MAX_MEMBER:,} bytes", where=where)
    try:
        return str(content, "utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"'{info.filename}' is not UTF-8 text", where=where) from None


def _centres(text: str, where: str) -> tuple[list[str], Array]:
    labels, places = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        label, *place = line.rsplit(None, 3)
        try:
            x, y, z = (float(cell) for cell in place)
        except ValueError:
            raise InputError(f"centres, line {number}: '{line[:60]}' is not a label and x, y, z", where=where) from None
        labels.append(label)
        places.append((x, y, z))
    return labels, np.array(places).reshape(-1, 3)


def _numbers(text: str, where: str) -> Array:
    rows = [line for line in text.splitlines() if line.partition("#")[0].strip()]
    delimiter = "," if rows and "," in rows[0] else None
    try:
        return np.loadtxt(io.StringIO("\n".join(rows)), delimiter=delimiter, ndmin=2)
    except ValueError as error:
        raise InputError(f"is not a table of numbers: {error}", where=where) from None


def _square(text: str, names: tuple[str, ...], where: str) -> Matrix:
    values = _numbers(text, where)
    if values.shape != (len(names), len(names)):
        raise InputError(f"is {values.shape[0]} x {values.shape[1]} for {len(names)} regions", where=where)
    if np.isinf(values).any():
        raise InputError("holds an infinite number", where=where)
    return Matrix(values=values, rows=names, columns=names, where=where)


def _vector(text: str, count: int, where: str) -> list[float]:
    words = {"true": "1", "false": "0"}
    bare = " ".join(line.partition("#")[0] for line in text.splitlines())
    plain = " ".join(words.get(word.lower(), word) for word in bare.replace(",", " ").split())
    values = _numbers(plain, where).ravel()
    if len(values) != count or not np.isfinite(values).all():
        raise InputError(f"holds {len(values)} numbers for {count} regions, all of which must be finite", where=where)
    result: list[float] = values.tolist()
    return result
