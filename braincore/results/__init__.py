"""Run folders: recordings on disk while they arrive, provenance, and reading back."""

from __future__ import annotations

from braincore.results.containers import Rates as Rates
from braincore.results.containers import SpikeTrains as SpikeTrains
from braincore.results.containers import Traces as Traces
from braincore.results.containers import Weights as Weights
from braincore.results.disk import Disk as Disk
from braincore.results.disk import free_bytes as free_bytes
from braincore.results.populations import PopulationInfo as PopulationInfo
from braincore.results.provenance import SpikeDigest as SpikeDigest
from braincore.results.provenance import collect_provenance as collect_provenance
from braincore.results.provenance import git_state as git_state
from braincore.results.provenance import spike_digest as spike_digest
from braincore.results.provenance import versions as versions
from braincore.results.reader import Run as Run
from braincore.results.status import RunStatus as RunStatus
from braincore.results.writer import RunWriter as RunWriter
