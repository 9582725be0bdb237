"""`Brain`, as scripts use it: the description, and what can be done with it."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from braincore.data.files import reason, write_atomically
from braincore.errors import InputError, ResultsError, suggest
from braincore.model.brain import BrainSpec
from braincore.model.typed import build, expect

if TYPE_CHECKING:
    from braincore.model import Connectome, Region, RegionModel
    from braincore.results import Run
    from braincore.theory import Prediction


class Brain(BrainSpec):
    """A brain that can be checked, predicted, run and saved.

    Parameters
    ----------
    connectome
        Regions and tracts, or None.
    region
        What every region is that is not described by name.
    settings
        The other fields of `BrainSpec`: title, seed, dt, duration, velocity...

    Examples
    --------
    ::

        brain = Brain(seed=1)
        brain.add("E", 400, "lif_exp")
        brain.connect("E", "E", FixedProbability(p=0.1), weight="30 pA", delay="1.5 ms")
        brain.stimulate("E", poisson("8 Hz", sources=1600), weight="87.8 pA")
        run = brain.run("1 s")
    """

    def __init__(
        self,
        connectome: Connectome | None = None,
        region: Region | RegionModel | None = None,
        **settings: Any,
    ) -> None:
        known = [f.name for f in fields(BrainSpec)]
        for name in settings:
            if name not in known:
                raise InputError(f"a brain has no '{name}'", hint=suggest(name, known, noun="setting"))
        super().__init__(connectome=connectome, region=region, **settings)

    @classmethod
    def from_yaml(cls, path: str | Path, *overrides: str) -> Brain:
        """Read a brain from a YAML file; `overrides` are of the form ``path.to.key=value``.

        Raises
        ------
        InputError
            With every fault of the file.
        """
        from braincore.spec import load

        return cls._of(load(_path(path), overrides=list(overrides)).brain)

    @classmethod
    def _of(cls, spec: BrainSpec) -> Brain:
        brain = cls()
        brain.__dict__.update(spec.__dict__)
        return brain

    def predict(self) -> Prediction:
        """Return what mean-field theory says of the brain, without running it."""
        from braincore.theory import predict

        return predict(self.resolve())

    def run(self, duration: Any = None, **options: Any) -> Run:
        """Run and return the results.

        Parameters
        ----------
        duration
            Length of the run, if not the brain's own.
        options
            The fields of `braincore.study.options.RunOptions`: ``out``, ``force``, ``engine``, ``precision``,
            ``threads``...

        Raises
        ------
        InputError
            The description is wrong, the run does not fit into memory, or the folder exists.
        EngineError
            The simulation failed; what was recorded is kept.
        """
        from braincore.study.options import RunOptions
        from braincore.study.run import run_brain

        if options.get("out") is not None:
            options["out"] = _path(options["out"])
        return run_brain(self, duration=duration, options=build(RunOptions, "a run", options))

    def save(self, path: str | Path) -> Path:
        """Write the brain as a YAML file (arrays go beside it); return its path."""
        from braincore.spec import dump

        path = _path(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            text = dump(self, path.parent)
        except OSError as error:
            raise ResultsError(f"'{path}' cannot be written: {reason(error)}") from None
        write_atomically(path, text.encode())
        return path


def _path(given: Any) -> Path:
    expect(given, (str, os.PathLike), "the path", "The name of a file or folder")
    return Path(given)
