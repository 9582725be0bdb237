"""YAML in and out: the definition of a brain, read with the place of everything that is wrong, and written again."""

from braincore.spec.dump import dump as dump
from braincore.spec.loader import Loaded as Loaded
from braincore.spec.loader import load as load
from braincore.spec.marks import Marks as Marks
from braincore.spec.marks import locate_faults as locate_faults
