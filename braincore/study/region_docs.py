"""``docs/regions.md``: every region and circuit of the library, its wiring drawn."""

from __future__ import annotations

from dataclasses import MISSING
from pathlib import Path

from braincore.model import RegionModel, regions
from braincore.study.library import draw

PAGE = "regions.md"
_INTRODUCTION = """\
# Regions and circuits

Made from the regions' own descriptions by `make docs`; the pictures by `make curves`. `braincore explain NAME` says
more, and `braincore explain NAME --figure FILE.png` draws one.

A region is given by its type and settings; its populations are then called `NAME.POPULATION`, and its ports are where
pathways and stimuli reach it:

```yaml
regions:
  PFC: {type: BrunelWang2001, w_plus: 2.1}
stimuli:
  cue:
    {target: PFC.item1, poisson: {rate: 25 Hz, sources: 80}, weight: 2.08 nS, receptor: external, during: [1 s, 1.1 s]}
```

```python
brain.regions["PFC"] = BrunelWang2001(w_plus=2.1)
```

[Cognitive tasks](tasks.md) shows what they do.
"""


def drawn() -> dict[str, type[RegionModel]]:
    """Return the regions that can be described without settings, by name."""
    found = {name: regions.get(name) for name in regions}
    return {name: entry for name, entry in found.items() if MISSING not in entry.settings().values()}


def regions_page() -> str:
    """Return the page in Markdown."""
    lines = [_INTRODUCTION]
    for name, entry in drawn().items():
        lines += [f"## {name}", "", f"![The wiring of {name}](regions/{name}.png)", "", f"{entry.purpose}."]
        size = f"{entry.from_settings({}).describe().size:,}".replace(",", " ")
        lines += [f"{size} cells or units. Source: {entry.source}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def write_wirings(folder: Path) -> list[Path]:
    """Draw every region into a folder; return the files."""
    return [draw(name, folder / f"{name}.png", dpi=80) for name in drawn()]
