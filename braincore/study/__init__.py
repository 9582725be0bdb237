"""What a study does with brains: run, resume, sweep, report."""

from braincore.study.run import RunOptions as RunOptions
from braincore.study.run import next_folder as next_folder
from braincore.study.run import resume_run as resume_run
from braincore.study.run import run_brain as run_brain
from braincore.study.run import summary_lines as summary_lines
from braincore.study.sweep import SweepResult as SweepResult
from braincore.study.sweep import run_sweep as run_sweep
