"""The data sets that the experiments use: what they are, how to cite them and how to get them.

A set with files of a known public address and checksum is downloaded by `fetch`. The others were put together from
published supplements; their entry says which.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from braincore.data.files import data_folders
from braincore.errors import BraincoreError, InputError, MissingDependencyError, UnknownNameError, suggest

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteFile:
    """A file with a public address.

    Attributes
    ----------
    name
        The file's name in the set's folder.
    address
        Where it is downloaded from.
    checksum
        ``sha256:HEX``, or ``git:HEX`` for the hash under which a git repository stores it.
    """

    name: str
    address: str
    checksum: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DataSet:
    """A published data set: what it holds, how to cite it, its licence and where it comes from.

    Attributes
    ----------
    name
        The folder's name, as in ``data:name/file``.
    what
        One sentence.
    citation, licence, source
        As published.
    files
        The files that `fetch` downloads; empty where none has a public address in the form that is read.
    """

    name: str
    what: str
    citation: str
    licence: str
    source: str
    files: tuple[RemoteFile, ...] = ()


def _idx_files(address: str, sums: Mapping[str, str]) -> tuple[RemoteFile, ...]:
    return tuple(
        RemoteFile(name=f"{part}.gz", address=f"{address}{part}.gz", checksum=f"sha256:{digest}")
        for part, digest in sums.items()
    )


_SETS = (
    DataSet(
        name="macaque_markov2014",
        what="Retrograde-tracer connectivity of macaque cortex: FLNe of 29 target and 91 source areas, distances in mm",
        citation="Markov et al. (2014) Cereb Cortex 24:17-36, doi:10.1093/cercor/bhs270; distances: Schmidt et al. "
        "(2018) Brain Struct Funct 223:1409, doi:10.1007/s00429-017-1554-4",
        licence="CC-BY-NC-SA-4.0 (the repository it comes from)",
        source="the raw data of https://github.com/INM-6/multi-area-model, folder "
        "multiarea_model/data_multiarea/raw_data (Markov2014_FLN_rawdata.csv, Thom_Distances_MERetal12.csv)",
    ),
    DataSet(
        name="macaque_froudistwalsh2021",
        what="Retrograde-tracer connectivity of macaque cortex: FLN, SLN and hierarchy of 40 areas",
        citation="Froudist-Walsh et al. (2021) Neuron 109:3500-3520, doi:10.1016/j.neuron.2021.08.024",
        licence="CC-BY-NC-4.0",
        source="https://github.com/seanfw/macaque_hierarchy, folders raw_data and processed_data",
    ),
    DataSet(
        name="mouse_oh2014",
        what="Allen mouse mesoscale connectome: connection strengths and p-values of 213 structures",
        citation="Oh et al. (2014) Nature 508:207-214, doi:10.1038/nature13186",
        licence="Allen Institute terms of use (research use with citation)",
        source="Supplementary Table 3 of the paper (nature13186-s4.xlsx), as CSV with structure labels",
    ),
    DataSet(
        name="tvb",
        what="Connectomes of The Virtual Brain: weights and tract lengths of human, macaque and mouse regions",
        citation="Sanz-Leon et al. (2013) Front Neuroinform 7:10; Hagmann et al. (2008) PLoS Biol 6:e159",
        licence="GPL-3.0 (tvb-data)",
        source="https://github.com/the-virtual-brain/tvb-data, folder tvb_data/connectivity (zips, read as is)",
    ),
    DataSet(
        name="human_hcp_enigma",
        what="Group-average structural and functional connectivity of 207 HCP young adults, 68 to 400 regions",
        citation="Lariviere et al. (2021) Nat Methods 18:698-700, doi:10.1038/s41592-021-01186-4; Van Essen et al. "
        "(2013) NeuroImage 80:62-79",
        licence="BSD-3-Clause (ENIGMA Toolbox); HCP open access data use terms",
        source="https://github.com/MICA-MNI/ENIGMA, folder enigmatoolbox/datasets/matrices/hcp_connectivity",
    ),
    DataSet(
        name="celegans_cook2019",
        what="Chemical synapses and gap junctions of the whole worm, both sexes (302 hermaphrodite neurons)",
        citation="Cook et al. (2019) Nature 571:63-71, doi:10.1038/s41586-019-1352-7",
        licence="published supplement (wormwiring.org); cite",
        source="SI 5 of the paper (Connectome adjacency matrices.xlsx), as an edge list pre,post,weight,type",
    ),
    DataSet(
        name="celegans_fenyves2020_signs",
        what="Predicted signs of the worm's chemical connections and the transmitter of each neuron",
        citation="Fenyves et al. (2020) PLoS Comput Biol 16:e1007974, doi:10.1371/journal.pcbi.1007974",
        licence="CC-BY-4.0",
        source="supplement S3 of the paper (journal.pcbi.1007974.s003.xlsx), as CSV",
    ),
    DataSet(
        name="larva_winding2023",
        what="The whole brain of the fly larva: 352,611 synapses between 2,952 neurons",
        citation="Winding et al. (2023) Science 379:eadd9330, doi:10.1126/science.add9330",
        licence="published supplement; research use with citation",
        source="Supplementary Data S1 of the paper, also in "
        "https://github.com/brain-networks/larval-drosophila-connectome, as CSR arrays in one NPZ file",
    ),
    DataSet(
        name="fly_flywire783_neurons",
        what="The 139,255 proofread neurons of the adult fly's brain (FlyWire 783): transmitters, classes, sides",
        citation="Dorkenwald et al. (2024) Nature 634:124-138; Schlegel et al. (2024) Nature 634:139-152",
        licence="CC-BY-NC-4.0",
        source="the tables of https://codex.flywire.ai (release 783)",
    ),
    DataSet(
        name="fly_flywire783_connectivity",
        what="Connections of the adult fly's brain as used by the whole-brain model of Shiu et al. (15 million rows)",
        citation="Shiu et al. (2024) Nature 634:210-219; Dorkenwald et al. (2024) Nature 634:124-138",
        licence="CC-BY-4.0 (doi:10.5281/zenodo.10676866)",
        source="Connectivity_783.parquet of https://github.com/philshiu/Drosophila_brain_model",
        files=(
            RemoteFile(
                name="Connectivity_783.parquet",
                address="https://raw.githubusercontent.com/philshiu/Drosophila_brain_model/"
                "91bdd1e7dcf193f3e7ca5a8933497fcef63b7960/Connectivity_783.parquet",
                checksum="git:d386555d1a5f40ebfa1380bcb05b1fab044855fd",
            ),
        ),
    ),
    DataSet(
        name="mnist",
        what="Handwritten digits: 60,000 training and 10,000 test images of 28 x 28 pixels",
        citation="LeCun et al. (1998) Proc IEEE 86:2278-2324",
        licence="CC-BY-SA-3.0",
        source="the four files of the original release",
        files=_idx_files(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            {
                "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            },
        ),
    ),
    DataSet(
        name="fashion_mnist",
        what="Articles of clothing: 60,000 training and 10,000 test images of 28 x 28 pixels",
        citation="Xiao et al. (2017) arXiv:1708.07747",
        licence="MIT",
        source="the four files of https://github.com/zalandoresearch/fashion-mnist",
        files=_idx_files(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            {
                "train-images-idx3-ubyte": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                "train-labels-idx1-ubyte": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                "t10k-images-idx3-ubyte": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                "t10k-labels-idx1-ubyte": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            },
        ),
    ),
)
_BY_NAME: Mapping[str, DataSet] = MappingProxyType({entry.name: entry for entry in _SETS})


def known_datasets() -> Mapping[str, DataSet]:
    """Return the table of known data sets, by name."""
    return _BY_NAME


def describe(name: str) -> str:
    """Say what a known set is and how to get it, for an error message."""
    entry = known_datasets()[name]
    if entry.files:
        return f"It is {entry.what[0].lower()}{entry.what[1:]}. Download it: braincore.data.fetch('{name}')."
    return f"It is made from {entry.source} ({entry.citation}; licence: {entry.licence})."


def fetch(name: str, folder: Path | None = None) -> Path:
    """Download a known data set, check it, and return its folder; what is there already is only checked.

    Parameters
    ----------
    name
        As in `known_datasets`.
    folder
        Holds the set's own folder; the first writable one of `braincore.data.data_folders` by default.

    Raises
    ------
    UnknownNameError
        There is no such set.
    InputError
        The set has no public address in the form that is read: the message says what it is made from.
    BraincoreError
        The download failed or does not have its checksum.
    MissingDependencyError
        The library pooch is not installed.
    """
    entry = known_datasets().get(name)
    if entry is None:
        raise UnknownNameError(f"unknown data set '{name}'", hint=suggest(name, known_datasets(), noun="data set"))
    places = data_folders() if folder is None else (folder,)
    for place in places:
        if entry.files and all(_is_whole(place / name / file.name, file) for file in entry.files):
            return place / name
    if not entry.files:
        raise InputError(f"data set '{name}' cannot be downloaded", hint=describe(name))
    target = next((place for place in places if _can_write(place)), None)
    if target is None:
        raise InputError(f"none of {', '.join(map(str, places))} can be written", hint="Give `folder`")
    for file in entry.files:
        if not _is_whole(target / name / file.name, file):
            _download(file, target / name)
    return target / name


def _is_whole(path: Path, file: RemoteFile) -> bool:
    return path.is_file() and checksum(path, file.checksum.partition(":")[0]) == file.checksum


def _can_write(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK)


def checksum(path: Path, kind: str) -> str:
    """Return ``sha256:HEX`` of a file, or ``git:HEX``, the SHA-1 that git gives its content."""
    digest = hashlib.sha256() if kind == "sha256" else hashlib.sha1(b"blob %d\0" % path.stat().st_size)
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return f"{kind}:{digest.hexdigest()}"


def _download(file: RemoteFile, folder: Path) -> None:
    """Download into a hidden file, check it, and only then give it its name."""
    try:
        import pooch
    except ImportError:
        raise MissingDependencyError('downloads need pooch: pip install "braincore-sim[data]"') from None
    log.info("downloading %s", file.address)
    partial = folder / f".{file.name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        pooch.HTTPDownloader(timeout=60)(file.address, str(partial), None)
        found = checksum(partial, file.checksum.partition(":")[0])
        if found != file.checksum:
            raise BraincoreError(f"{file.address} is not the file it was: {found}, expected {file.checksum}")
        partial.replace(folder / file.name)
    except (OSError, ValueError) as error:  # the errors of requests are OSErrors
        raise BraincoreError(f"{file.address} could not be downloaded: {error}") from None
    finally:
        partial.unlink(missing_ok=True)
