"""`Brain`, as scripts use it: the description, and what can be done with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from braincore.model.brain import BrainSpec

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

        return cls._of(load(Path(path), overrides=list(overrides)).brain)

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
        """Run and return the results; `options` are the fields of `braincore.study.run.RunOptions`.

        Raises
        ------
        InputError
            The description is wrong, the run does not fit into memory, or the folder exists.
        EngineError
            The simulation failed; what was recorded is kept.
        """
        from braincore.study.run import RunOptions, run_brain

        if "out" in options and options["out"] is not None:
            options["out"] = Path(options["out"])
        return run_brain(self, duration=duration, options=RunOptions(**options))

    def save(self, path: str | Path) -> Path:
        """Write the brain as a YAML file (arrays go beside it); return its path."""
        from braincore.spec import dump

        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump(self, path.parent), encoding="utf-8")
        return path
