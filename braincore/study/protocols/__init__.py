"""Protocols: experiments that every learning rule can be put to, with the published data they are compared with.

Each file is one protocol and registers it. A protocol builds a network around the rules it is given, runs it and
returns rows of a tidy table: measure, x, value.
"""

from __future__ import annotations

from braincore.study.protocols._base import Outcome, Protocol, Published, Row, Trial, is_noisy, protocols

__all__ = ["Outcome", "Protocol", "Published", "Row", "Trial", "is_noisy", "protocols"]
