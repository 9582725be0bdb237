"""The standard networks, one a file."""

from __future__ import annotations

from benchmarks.networks.base import Network
from benchmarks.networks.brunel import Brunel
from benchmarks.networks.cobahh import Cobahh
from benchmarks.networks.cuba import Cuba
from benchmarks.networks.fly import Fly
from benchmarks.networks.microcircuit import Microcircuit
from benchmarks.networks.song import Song

_ALL: tuple[Network, ...] = (
    Cuba(neurons=4_000),
    Cuba(neurons=40_000),
    Cuba(neurons=4_000, delays=True),
    Cuba(neurons=40_000, delays=True),
    Cobahh(neurons=4_000),
    Cobahh(neurons=40_000),
    Brunel(),
    *(Brunel(rule=rule) for rule in ("stdp", "triplet", "vogels", "reward")),
    Microcircuit(scale=0.1),
    Microcircuit(scale=0.5),
    Microcircuit(scale=1.0),
    Fly(),
    Song(),
)
NETWORKS: dict[str, Network] = {network.name: network for network in _ALL}
