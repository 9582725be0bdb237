"""Run folders: recordings on disk while they arrive, provenance, and reading back.

What a run folder holds
-----------------------
``status.json``
    State, step reached, committed parts and checksums: what counts is what stands here.
``run.yaml``, ``summary.json``, ``provenance.json``, ``populations.json``
    What was run, what came out, where it comes from, who is who.
``spikes/part-*.parquet``
    ``t`` (s), ``step``, ``population``, ``neuron`` (index within its population), sorted by step.
``rates/part-*.parquet``
    ``t`` (start of the bin), ``step``, ``population``, ``count``, ``rate_hz``.
``traces/<recorder>/part-*.parquet``
    ``t``, ``step``, ``population``, ``neuron`` and a column for each variable; units in the schema.
``weights/<projection>/part-*.parquet``
    ``t``, ``step``, ``pre``, ``post`` and a column for each variable.
``histograms/<projection>/part-*.parquet``
    ``t``, ``step``, ``bin``, ``count``, and the bin's edges ``low`` and ``high``.
``arrays/<name>.npz``, ``figures/``, ``report.html``, ``checkpoint/``
    Arrays of the description; made by other rooms.

``pandas.read_parquet("run/spikes")`` and any other Parquet reader read the tables as they are.
"""

from __future__ import annotations

from braincore.results.containers import Histograms as Histograms
from braincore.results.containers import Rates as Rates
from braincore.results.containers import SpikeTrains as SpikeTrains
from braincore.results.containers import Traces as Traces
from braincore.results.containers import Weights as Weights
from braincore.results.disk import Disk as Disk
from braincore.results.disk import free_bytes as free_bytes
from braincore.results.populations import PopulationInfo as PopulationInfo
from braincore.results.provenance import SpikeDigest as SpikeDigest
from braincore.results.provenance import collect_provenance as collect_provenance
from braincore.results.provenance import engine_words as engine_words
from braincore.results.provenance import git_state as git_state
from braincore.results.provenance import spike_digest as spike_digest
from braincore.results.provenance import versions as versions
from braincore.results.reader import Run as Run
from braincore.results.status import RunStatus as RunStatus
from braincore.results.writer import RunWriter as RunWriter
