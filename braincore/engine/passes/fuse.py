"""Update and threshold of a group in one loop: state is read once, and the compiler does many neurons at a time.

Legal if nothing that runs between the two writes what the threshold reads, or touches what it writes.
"""

from __future__ import annotations

from collections.abc import Sequence

from braincore.engine.pieces import Loop, Piece, merged


def fuse(pieces: Sequence[Piece], *, apart: bool = False) -> list[Piece]:
    """Return the pieces with every threshold moved into the loop of its group's update, where it is legal.

    `apart` says that updates with exponentials get a loop of their own over a block of elements, and thresholds
    another: in double precision the two together need more registers than there are.
    """
    out: list[Piece] = []
    for piece in pieces:
        place = _partner(out, piece)
        if place is None:
            out.append(piece)
        else:
            first = out[place]
            assert isinstance(first, Loop) and isinstance(piece, Loop)
            out[place] = merged(first, piece, apart=apart and any(name in first.vector[0] for name in _LONG))
    return out


_LONG = ("_exp(", "_expm1(", "_exprel_(", "_over_exprel(", "_tanh(", "_log(")
"""Functions whose arithmetic stands in the loop."""


def _partner(before: Sequence[Piece], piece: Piece) -> int | None:
    """Return the place of the update that a threshold can join."""
    if not isinstance(piece, Loop) or piece.kind != "threshold" or piece.ordered:
        return None
    for place in range(len(before) - 1, -1, -1):
        other = before[place]
        if isinstance(other, Loop) and other.kind == "update" and _same(other, piece) and other.clock == piece.clock:
            return None if other.ordered else place
        if other.python or other.writes & (piece.reads | piece.writes) or other.reads & piece.writes:
            return None
    return None


def _same(first: Loop, second: Loop) -> bool:
    """Tell whether two loops run over the same elements."""
    return str(first.group.name) == str(second.group.name)
