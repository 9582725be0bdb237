"""Tables as numbered Parquet files: what a part looks like, and how damage is found.

Any Parquet reader reads a part. Inside, the footer carries a CRC-32 of the whole file (taken with its own eight digits
as zeros), so that our reader notices any changed byte, in pages, headers or footer alike: page checksums, which are
written too, leave the headers and the footer out.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from braincore.errors import ResultsError

if TYPE_CHECKING:
    import pyarrow as pa

Columns = Mapping[str, NDArray[Any]]

_META_KEY = b"braincore"
_CRC_KEY = b"braincore.crc32"
_BLANK = b"00000000"
_CRC_ENTRY = _CRC_KEY + b"\x18\x08"  # thrift compact: the next field is a string, of 8 bytes
_PART = re.compile(r"part-(\d{5,9})\.parquet")


def part_name(number: int) -> str:
    """Return the file name of part `number`, counted from 0.

    >>> part_name(3)
    'part-00003.parquet'
    """
    return f"part-{number:05d}.parquet"


def part_numbers(folder: Path) -> list[int]:
    """Return the numbers of the parts in a table's folder, in order."""
    try:
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise ResultsError(f"cannot read {folder}: {error.strerror or error}") from error
    return sorted(int(match[1]) for name in names if (match := _PART.fullmatch(name)))


def encode_part(
    columns: Columns, *, populations: Sequence[str], units: Mapping[str, str], meta: Mapping[str, Any]
) -> bytes:
    """Return the bytes of one part.

    Parameters
    ----------
    columns
        Name to array, all of one length. ``population`` holds codes and is written as text through `populations`.
    populations
        Population names in the order of their codes.
    units
        Column name to unit; kept as the fields' metadata.
    meta
        Run id, table, part number, dt in seconds...; kept as JSON in the schema's metadata under ``braincore``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays, fields = [], []
    for name, values in columns.items():
        array = pa.array(values)
        if name == "population":
            array = pa.DictionaryArray.from_arrays(pa.array(values, pa.int32()), pa.array(populations, pa.string()))
        arrays.append(array)
        fields.append(pa.field(name, array.type, nullable=False, metadata={"unit": units.get(name, "1")}))
    text = json.dumps({**meta, "units": dict(units)})
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={_META_KEY: text.encode()}))
    sink = pa.BufferOutputStream()
    repeated = [name for name in columns if name in ("step", "t", "population", "pre")]
    with pq.ParquetWriter(
        sink, table.schema, compression="zstd", use_dictionary=repeated, write_page_checksum=True
    ) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_CRC_KEY.decode(): _BLANK.decode()})
    data = bytearray(sink.getvalue().to_pybytes())
    at = data.rfind(_CRC_ENTRY + _BLANK) + len(_CRC_ENTRY)
    data[at : at + 8] = f"{zlib.crc32(data):08x}".encode()
    return bytes(data)


def read_part(path: Path, *, run_id: str, columns: Sequence[str] | None = None) -> tuple[pa.Table, dict[str, Any]]:
    """Read and verify one part.

    Returns
    -------
    (table, meta)
        The Arrow table, with the asked columns, and the part's own description.

    Raises
    ------
    ResultsError
        The file is missing, changed in any byte, or of another run; the message names it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ResultsError(f"{path} is missing from its run folder") from None
    except OSError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror or error}") from error
    _verify(path, data)
    try:
        with pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True) as file:
            table = file.read(columns=list(columns) if columns is not None else None)
        meta: dict[str, Any] = json.loads(table.schema.metadata[_META_KEY])
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path} is damaged: {error}") from error
    if meta.get("run_id") != run_id:
        raise ResultsError(f"{path} belongs to another run (id {meta.get('run_id')}, expected {run_id})")
    return table, meta


def _verify(path: Path, data: bytes) -> None:
    at = data.rfind(_CRC_ENTRY)
    start = at + len(_CRC_ENTRY)
    stored = data[start : start + 8]
    if at < 0 or len(stored) < 8:
        raise ResultsError(f"{path} is damaged: it has no checksum (cut short, or not written by braincore)")
    checksum = zlib.crc32(data[start + 8 :], zlib.crc32(_BLANK, zlib.crc32(data[:start])))
    if stored != f"{checksum:08x}".encode():
        raise ResultsError(f"{path} is damaged: its checksum does not match what it holds")


def column(table: pa.Table, name: str) -> NDArray[Any]:
    """Return a column of numbers as an array."""
    return np.asarray(table.column(name).to_numpy())


def population_codes(table: pa.Table, index: Mapping[str, int], path: Path) -> NDArray[np.int32]:
    """Return the rows' population codes in the order of `index`, whatever order the part itself used.

    Raises
    ------
    ResultsError
        The part names a population that the run does not have.
    """
    pieces = []
    for chunk in table.column("population").chunks:
        names = chunk.dictionary.to_pylist()
        unknown = [name for name in names if name not in index]
        if unknown:
            raise ResultsError(f"{path} names a population that the run does not have: {unknown[0]!r}")
        lookup = np.array([index[name] for name in names], dtype=np.int32)
        codes = np.asarray(chunk.indices.to_numpy(zero_copy_only=False))
        pieces.append(lookup[codes] if len(codes) else np.empty(0, np.int32))
    return np.concatenate(pieces) if pieces else np.empty(0, np.int32)
