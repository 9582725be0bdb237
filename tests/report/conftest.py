"""Runs that several tests of the report read; none of them writes into these folders."""

from __future__ import annotations

import pytest
import report_runs

from braincore.report.html import render


@pytest.fixture(scope="session")
def microcircuit(tmp_path_factory):
    return report_runs.microcircuit(tmp_path_factory.mktemp("report") / "microcircuit", scale=0.05)


@pytest.fixture(scope="session")
def areas(tmp_path_factory):
    return report_runs.brain(tmp_path_factory.mktemp("report") / "areas")


@pytest.fixture(scope="session")
def three(tmp_path_factory):
    return report_runs.three_neurons(tmp_path_factory.mktemp("report") / "three")


@pytest.fixture(scope="session")
def silent(tmp_path_factory):
    return report_runs.silent(tmp_path_factory.mktemp("report") / "silent")


@pytest.fixture(scope="session")
def interrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "interrupted"
    return report_runs.brain(folder, report_runs.AREAS[:3], layers=report_runs.LAYERS, size=20, end="interrupt")


@pytest.fixture(scope="session")
def large(tmp_path_factory):
    """213 regions of 8 populations: 1704 populations."""
    folder = tmp_path_factory.mktemp("report") / "large"
    names = [f"R{i:03d}" for i in range(213)]
    return report_runs.brain(folder, names, layers=report_runs.LAYERS, size=8, seconds=0.5)


@pytest.fixture(scope="session")
def pages(request):
    """Return a function that gives the report of one of the runs above, made once."""
    made = {}

    def page(name):
        if name not in made:
            made[name] = render([request.getfixturevalue(name)])
        return made[name]

    return page
