"""Figures: what the artists hold is checked against the recorded data, not pixels."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
import report_runs
from matplotlib.text import Text

from braincore import report
from braincore.analysis import cv_isi, firing_rates
from braincore.errors import InputError
from braincore.report.catalogue import drawings
from braincore.report.figures.labels import spread
from braincore.report.figures.projections import projection_table
from braincore.report.figures.traces import reduced
from braincore.report.members import by_sign, few_groups, groups, members
from braincore.report.model_file import Event, parse_model, read_model
from braincore.report.style import EXCITATORY, INHIBITORY, literal, new_figure, readable_unit
from braincore.results import PopulationInfo


def artists(ax, gid):
    return [artist for artist in ax.findobj() if artist.get_gid() == gid]


def dots(ax):
    return sum(len(line.get_xdata()) for line in ax.lines if (line.get_gid() or "").startswith("spikes-"))


# -- raster and rates over time ----------------------------------------------------------------------------------------


def test_a_raster_of_few_neurons_shows_every_spike_at_its_time_and_row(three):
    ax = report.raster(three, model=read_model(three))
    spikes = three.spikes()
    (line,) = artists(ax, "spikes-E")
    assert np.allclose(line.get_xdata(), spikes.t * 1e3)
    assert np.array_equal(line.get_ydata(), spikes.neuron)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["AVAL", "AVAR", "PVCL"]
    assert ax.get_xlabel() == "time (ms)" and ax.get_ylabel() == "neurons"
    assert ax.yaxis_inverted()


def test_a_thinned_raster_shows_every_nth_neuron_of_each_population_and_says_so(microcircuit):
    ax = report.raster(microcircuit, max_rows=400)
    spikes = microcircuit.spikes()
    every = -(-spikes.n // 400)
    assert dots(ax) == int((spikes.neuron % every == 0).sum())
    assert f"1 in {every}" in ax.get_ylabel()
    rows = np.concatenate([line.get_ydata() for line in ax.lines if line.get_gid()])
    assert len(np.unique(rows)) <= 400 + len(report_runs.LAYERS)


def test_populations_do_not_share_rows_and_carry_the_colour_of_their_sign(microcircuit):
    ax = report.raster(microcircuit)
    (excitatory,), (inhibitory,) = artists(ax, "spikes-E"), artists(ax, "spikes-I")
    assert not set(excitatory.get_ydata()) & set(inhibitory.get_ydata())
    assert (excitatory.get_color(), inhibitory.get_color()) == (EXCITATORY, INHIBITORY)
    shown = [text.get_text() for text in ax.get_yticklabels()]
    assert shown == list(report_runs.LAYERS)
    centres = ax.get_yticks()
    assert (np.diff(centres) > 0).all()


def test_a_window_limits_what_is_shown(microcircuit):
    ax = report.raster(microcircuit, start=0.2, stop=0.4, max_rows=10**6)
    assert dots(ax) == len(microcircuit.spikes(start=0.2, stop=0.4))
    assert ax.get_xlim() == (200.0, 400.0)


def test_the_rate_panel_holds_counts_over_neurons_and_bin(microcircuit):
    ax = report.rates_over_time(microcircuit, bin=0.005)
    curves = [patch for patch in ax.patches if hasattr(patch, "get_data")]
    for curve, layers in zip(curves, (report_runs.LAYERS[::2], report_runs.LAYERS[1::2]), strict=True):
        spikes = microcircuit.spikes(list(layers))
        values, edges, _ = curve.get_data()
        expected = np.histogram(spikes.step, np.arange(0, 10_001, 50))[0] / (spikes.n * 0.005)
        assert np.allclose(values, expected)
        assert np.allclose(edges, np.arange(0, 1001, 5))


def test_raster_and_rates_share_their_time_axis(microcircuit):
    upper, lower = report.raster_with_rates(microcircuit, start=0.1, stop=0.3)
    lower.set_xlim(150, 200)
    assert upper.get_xlim() == (150, 200)


def test_a_large_brain_is_gathered_by_region_with_labels_that_fit(large):
    upper, _ = report.raster_with_rates(large)
    names = [text.get_text() for text in upper.get_yticklabels()]
    assert 20 <= len(names) < 213
    assert names[0] == "R000" and "." not in names[0]
    assert dots(upper) <= 60_000


# -- rates -------------------------------------------------------------------------------------------------------------


def test_rate_bars_are_the_summary_beside_prediction_and_reference(microcircuit):
    ax = report.rates(microcircuit, model=read_model(microcircuit))
    noted = microcircuit.summary["populations"]
    assert [bar.get_width() for bar in ax.containers[0]] == pytest.approx([noted[n]["rate_hz"] for n in noted])
    assert [bar.get_width() for bar in ax.containers[1]] == pytest.approx(report_runs.PREDICTED)
    (diamonds,) = artists(ax, "reference")
    assert list(diamonds.get_xdata()) == pytest.approx(report_runs.RATES)
    ends = [(bar.get_y(), bar.get_y() + bar.get_height()) for bars in ax.containers for bar in bars]
    ends.sort()
    assert all(a[1] <= b[0] + 1e-9 for a, b in pairwise(ends)), "bars overlap"


def test_rates_given_by_the_caller_come_before_the_models(microcircuit):
    ax = report.rates(microcircuit, model=read_model(microcircuit), reference={"L4E": 9.0})
    (diamonds,) = artists(ax, "reference")
    assert np.array_equal(np.isfinite(diamonds.get_xdata()), [name == "L4E" for name in report_runs.LAYERS])


def test_a_run_without_a_summary_gets_its_rates_from_its_spikes(tmp_path):
    infos = [PopulationInfo(name="a", size=4), PopulationInfo(name="b", size=2)]
    steps = np.arange(0, 1000, 100)
    run = report_runs.write(tmp_path / "run", infos, (steps, steps * 0, steps % 4), 2000, end="killed")
    assert not run.summary and run.status.state == "interrupted"
    ax = report.rates(run)
    assert [bar.get_width() for bar in ax.containers[0]] == pytest.approx([10 / 4 / 0.2, 0.0])


def test_single_neuron_boxes_have_the_neurons_quartiles(microcircuit):
    ax = report.rate_boxes(microcircuit)
    spikes = microcircuit.spikes("L4I")
    rate = firing_rates(spikes.t, spikes.unit, spikes.n, start=0, stop=1)
    box = ax.patches[report_runs.LAYERS.index("L4I")].get_path().vertices[:, 0]
    assert (box.min(), box.max()) == pytest.approx(tuple(np.percentile(rate, (25, 75))))
    means = [line.get_xdata()[0] for line in artists(ax, "mean")]
    assert means[report_runs.LAYERS.index("L4I")] == pytest.approx(rate.mean())


def test_predicted_rates_are_points_on_equal_logarithmic_axes(microcircuit):
    ax = report.predicted_rates(microcircuit)
    x = np.concatenate([line.get_xdata() for line in ax.lines if (line.get_gid() or "").startswith("rates-")])
    assert sorted(x) == pytest.approx(sorted(report_runs.PREDICTED))
    assert ax.get_xscale() == ax.get_yscale() == "log" and ax.get_xlim() == ax.get_ylim()


def test_a_rate_map_is_the_binned_rate_of_each_region(areas):
    ax = report.rate_map(areas)
    (image,) = artists(ax, "rate-map")
    spikes = areas.spikes("MT")
    expected = np.histogram(spikes.step, np.arange(0, 10_001, 50))[0] / (spikes.n * 0.005)
    assert np.allclose(image.get_array()[report_runs.AREAS.index("MT")], expected)


def test_a_large_brain_has_one_row_of_rates_for_each_kind_of_population(large):
    ax = report.rates(large)
    assert [text.get_text() for text in ax.get_yticklabels()] == [
        f"{name} (213 regions)" for name in report_runs.LAYERS
    ]
    rates = [large.summary["populations"][f"R{i:03d}.L4E"]["rate_hz"] for i in range(213)]
    box = ax.patches[4].get_path().vertices[:, 0]  # a simulated and a predicted box for each kind
    assert (box.min(), box.max()) == pytest.approx(tuple(np.percentile(rates, (25, 75))))


# -- statistics --------------------------------------------------------------------------------------------------------


def clock_and_poisson(tmp_path, seconds=20.0):
    """20 clocks of 20 Hz (`clock_e`) and 200 Poisson neurons of 20 Hz (`poisson_i`)."""
    rng = np.random.default_rng(5)
    steps = round(seconds / 1e-4)
    step, neuron = np.meshgrid(np.arange(100, steps, 500), np.arange(20))
    count = rng.poisson(20 * seconds, 200)
    random = rng.integers(0, steps, count.sum())
    who = np.repeat(np.arange(200), count)
    infos = [PopulationInfo(name="clock_e", size=20), PopulationInfo(name="poisson_i", size=200)]
    columns = (
        np.concatenate([step.ravel(), random]),
        np.concatenate([step.ravel() * 0, random * 0 + 1]),
        np.concatenate([neuron.ravel(), who]),
    )
    return report_runs.write(tmp_path / "run", infos, columns, steps)


def test_intervals_and_cv_of_clocks_and_poisson_neurons(tmp_path):
    run = clock_and_poisson(tmp_path)
    left, right = report.irregularity(run)
    clock, poisson = artists(left, "intervals")
    values, edges, _ = clock.get_data()
    assert values.max() == pytest.approx(100) and edges[values.argmax()] <= 50 <= edges[values.argmax() + 1]
    # Exponential intervals have their peak per logarithmic bin at the mean, 50 ms.
    values, edges, _ = poisson.get_data()
    smooth = np.convolve(values, np.ones(5) / 5, mode="same")
    assert 35 < edges[smooth.argmax()] < 70
    medians = [line.get_xdata()[0] for line in artists(right, "median")]
    spikes = run.spikes("poisson_i")
    assert medians[0] == pytest.approx(0, abs=1e-9)
    assert medians[1] == pytest.approx(np.median(cv_isi(spikes.t, spikes.unit, spikes.n)))
    assert medians[1] == pytest.approx(1, abs=0.02)
    assert right.get_legend().get_texts()[0].get_text() == "excitatory (median 0.00)"


def test_a_spectrum_is_flat_at_one_for_poisson_neurons_and_peaks_at_a_clocks_frequency(tmp_path):
    ax = report.spectrum(clock_and_poisson(tmp_path), resolution=2.0)
    (poisson,) = artists(ax, "spectrum-I")
    # 250 lines, each the mean of about 20 independent segments: SD of their mean 0.014; 5 SD: false alarm below 1e-6.
    assert poisson.get_ydata().mean() == pytest.approx(1, abs=0.07)
    (clock,) = artists(ax, "spectrum-E")
    frequency, power = clock.get_data()
    assert power[np.abs(frequency - 20).argmin()] > 100


def test_a_rhythm_is_named_with_its_frequency(tmp_path):
    rng = np.random.default_rng(8)
    steps = np.arange(40_000)
    count = rng.poisson(0.2 * (1 + 0.6 * np.sin(2 * np.pi * 78 * steps * 1e-4)))  # 200 neurons of 10 Hz
    step = np.repeat(steps, count)
    infos = [PopulationInfo(name="e", size=200)]
    run = report_runs.write(tmp_path / "run", infos, (step, step * 0, rng.integers(0, 200, len(step))), 40_000)
    assert [text.get_text() for text in report.spectrum(run).texts] == ["78 Hz"]


def test_a_psth_averages_presentations(tmp_path):
    # One spike of each of 4 neurons 10.5 ms after each of three onsets: 1 spike / (1 neuron * 1 ms) = 1000 Hz.
    onsets = [100.0, 300.0, 600.0]
    step = np.repeat([int(t * 10) + 105 for t in onsets], 4)
    run = report_runs.write(
        tmp_path / "run", [PopulationInfo(name="e", size=4)], (step, step * 0, np.tile(np.arange(4), 3)), 10_000
    )
    events = [Event(name="tone", start_ms=t, stop_ms=t + 20) for t in onsets]
    ax = report.psth(run, events, before=0.05, after=0.1, bin=0.001)
    (curve,) = [patch for patch in ax.patches if hasattr(patch, "get_data")]
    values, edges, _ = curve.get_data()
    assert edges[values.argmax()] == pytest.approx(10) and values.max() == pytest.approx(1000)
    assert np.count_nonzero(values) == 1
    assert (edges[0], edges[-1]) == pytest.approx((-50, 100))


def test_a_psth_of_many_regions_is_an_image_in_their_order(areas):
    model = read_model(areas)
    ax = report.psth(areas, model.stimuli, model=model)
    (image,) = artists(ax, "psth")
    rows = np.asarray(image.get_array())
    during = rows[:, 15:25].mean(axis=1)
    assert rows.shape[0] == len(report_runs.AREAS)
    assert during[0] > 3 * during[-5:].mean(), "the flash excites V1 and hardly the last areas"


def test_a_psth_without_onsets_is_refused(areas):
    with pytest.raises(InputError, match="needs its onset"):
        report.psth(areas, [Event(text="background")])


# -- traces, weights ---------------------------------------------------------------------------------------------------


def test_traces_are_in_readable_units_with_a_mark_for_each_spike(three):
    made = report.traces(three, model=read_model(three))
    assert [ax.get_ylabel() for ax in made] == ["v (mV)"] * 3 + ["I_ext (pA)"]
    t, v = three.traces("membrane").signal("v", "cell", 1)
    (line,) = artists(made[1], "trace-0")
    keep = np.isin(np.round(t * 1e4), np.round(line.get_xdata() * 10))
    assert np.allclose(line.get_ydata(), v[keep] * 1e3)
    (marks,) = artists(made[1], "spike-marks")
    spikes = three.spikes("cell")
    assert np.allclose(marks.get_xdata(), spikes.t[spikes.neuron == 1] * 1e3)
    currents = [line for line in made[3].lines if (line.get_gid() or "").startswith("trace-")]
    assert [line.get_ydata().max() for line in currents] == pytest.approx([400, 475, 600])


def test_traces_that_were_not_recorded_are_an_error_with_a_hint(microcircuit):
    with pytest.raises(InputError, match=r"no traces were recorded.*record\.traces"):
        report.traces(microcircuit)


def test_reduced_curves_keep_their_extremes():
    t = np.arange(100_000) / 1e4
    values = np.sin(t)
    values[54_321], values[7] = 9.0, -9.0
    short_t, short = reduced(t, values, 2000)
    assert len(short) < 2100 and (short.max(), short.min()) == (9.0, -9.0)
    assert (np.diff(short_t) > 0).all() and short_t[short.argmax()] == t[54_321]


def test_weights_over_time_show_the_median_in_a_readable_unit(three):
    ax = report.weights_over_time(three)
    table = three.weights("plastic")
    (line,) = artists(ax, "median")
    expected = [np.median(table.at(i).variables["w"]) * 1e12 for i in range(len(table.times()))]
    assert line.get_ydata() == pytest.approx(expected)
    assert line.get_xdata() == pytest.approx(table.times() * 1e3)
    assert ax.get_ylabel() == "w (pA)"


def test_weight_histograms_are_drawn_as_given(microcircuit):
    histograms = read_model(microcircuit).weight_histograms
    made = report.weight_histograms(histograms)
    assert len(made) == 12
    for ax, (name, given) in zip(made, histograms.items(), strict=False):
        (drawn,) = artists(ax, "histogram")
        values, edges, _ = drawn.get_data()
        assert np.array_equal(values, given.counts) and np.allclose(edges, given.edges)
        assert ax.get_title(loc="left") == name.replace("->", "→")


# -- networks ----------------------------------------------------------------------------------------------------------


def test_the_connectome_matrix_has_sources_as_rows_and_blanks_for_nothing(areas):
    graph = read_model(areas).connectome
    ax = report.connectome_matrix(graph)
    (image,) = artists(ax, "matrix")
    shown = image.get_array()
    assert np.array_equal(np.ma.getmaskarray(shown), graph.matrix == 0)
    assert np.allclose(shown.compressed(), graph.matrix[graph.matrix > 0])
    assert [text.get_text() for text in ax.get_yticklabels()] == list(report_runs.AREAS)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("target", "source")


def test_the_graph_puts_regions_at_their_positions_with_area_by_strength(areas):
    graph = read_model(areas).connectome
    rates = {name: float(i) for i, name in enumerate(graph.names)}
    ax = report.connectome_graph(graph, values=rates)
    (drawn,) = artists(ax, "regions")
    assert np.allclose(drawn.get_offsets(), graph.positions[:, :2])  # x and y are the widest
    assert list(drawn.get_array()) == list(rates.values())
    strength = graph.matrix.sum(axis=0) + graph.matrix.sum(axis=1)
    assert np.array_equal(np.argsort(drawn.get_sizes()), np.argsort(strength))


def test_a_graph_without_positions_is_the_same_every_time():
    rng = np.random.default_rng(1)
    content = report_runs.connectome([f"r{i}" for i in range(12)], rng)
    graph = parse_model({"connectome": {**content, "positions": None}}).connectome
    places = [artists(report.connectome_graph(graph, values=dict.fromkeys(graph.names, 1.0)), "regions") for _ in "ab"]
    assert np.array_equal(places[0][0].get_offsets(), places[1][0].get_offsets())


def test_the_projection_matrix_adds_up_synapses_and_averages_weights(microcircuit):
    model = read_model(microcircuit)
    names, synapses = projection_table(model)
    expected = {(row.source, row.target): row.n_synapses for row in model.projections}
    assert names == list(report_runs.LAYERS)
    assert synapses.sum() == sum(expected.values())
    assert synapses[names.index("L6E"), names.index("L4E")] == expected["L6E", "L4E"]
    _, weight = projection_table(model, "weight")
    assert np.unique(weight[np.isfinite(weight)].round(14)) == pytest.approx([-351.2e-12, 87.8e-12])
    _, indegree = projection_table(model, "indegree")
    size = {row.name: row.size for row in model.populations}
    assert indegree[0, 2] == pytest.approx(expected["L23E", "L4E"] / size["L4E"])
    (image,) = artists(report.projection_matrix(model, value="weight", unit="A"), "matrix")
    assert np.nanmin(image.get_array()) == pytest.approx(-351.2)


def test_more_than_sixty_populations_are_added_up_by_region():
    model = parse_model(
        {
            "populations": [{"name": f"R{i}.{p}", "region": f"R{i}", "size": 10} for i in range(40) for p in "EI"],
            "projections": [
                {"name": f"{i}{p}", "source": f"R{i}.{p}", "target": "R0.E[0:5]", "n_synapses": 7}
                for i in range(40) for p in "EI"
            ],
        }
    )  # fmt: skip
    names, synapses = projection_table(model)
    assert len(names) == 40 and (synapses[:, 0] == 14).all() and not synapses[:, 1:].any()


# -- sweeps and comparisons --------------------------------------------------------------------------------------------


def test_a_sweep_over_one_parameter_averages_repeats():
    table = {"g": [4, 4, 5, 5, 6], "rate": [10.0, 14.0, 6.0, 8.0, float("nan")], "cv": [1, 1, 1, 1, 1]}
    ax = report.sweep(table, "rate", ["g"], label="rate (Hz)")
    line = ax.containers[0].lines[0]
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([4, 5], [12, 7])
    (bars,) = ax.containers[0].lines[2]
    assert [list(segment[:, 1]) for segment in bars.get_segments()] == [[10, 14], [6, 8]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("g", "rate (Hz)")


def test_a_sweep_over_two_parameters_is_an_image():
    table = {"g": [4, 5, 4, 5], "nu": [1, 1, 2, 2], "rate": [1.0, 2.0, 3.0, 4.0]}
    ax = report.sweep(table, ["rate"], ["g", "nu"])
    (image,) = artists(ax, "sweep")
    assert np.array_equal(image.get_array(), [[1, 2], [3, 4]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("g", "nu")


def test_a_sweep_takes_a_pandas_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"rule": ["stdp", "bcm", "stdp"], "accuracy": [0.5, 0.7, 0.6]})
    ax = report.sweep(frame, "accuracy", ["rule"])
    assert [text.get_text() for text in ax.get_xticklabels()] == ["stdp", "bcm"]


@pytest.mark.parametrize(
    ("metrics", "parameters", "message"),
    [("rat", ["g"], "no column 'rat'.*Did you mean 'rate'"), (["rate", "g"], ["g", "rate"], "2 metrics over 2")],
)
def test_a_sweep_says_what_it_cannot_draw(metrics, parameters, message):
    with pytest.raises(InputError, match=message):
        report.sweep({"g": [1], "rate": [1.0]}, metrics, parameters)


def test_runs_are_compared_population_by_population(microcircuit, tmp_path):
    other = report_runs.microcircuit(tmp_path / "other", scale=0.05, seed=9)
    ax = report.compare_rates([microcircuit, other])
    for run, bars in zip((microcircuit, other), ax.containers, strict=True):
        noted = run.summary["populations"]
        assert [bar.get_width() for bar in bars] == pytest.approx(
            [noted[name]["rate_hz"] for name in report_runs.LAYERS]
        )
    made = report.compare_rasters([microcircuit, other], ["a", "b"])
    assert [ax.get_title(loc="left") for ax in made] == ["a", "b"]


# -- every figure of every run -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["microcircuit", "areas", "three", "silent", "interrupted", "large"])
def test_every_figure_is_legible(which, request):
    run = request.getfixturevalue(which)
    keys = []
    for drawing in drawings(run, read_model(run)):
        keys.append(drawing.key)
        figure = drawing.figure
        figure.draw_without_rendering()
        texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
        assert min(text.get_fontsize() for text in texts) >= 8, drawing.key
        assert any(ax.get_xlabel() for ax in figure.axes), f"{drawing.key}: the x axis has no name"
        for ax in figure.axes:
            for ticks in (ax.get_yticklabels(), ax.get_xticklabels()):
                boxes = [t.get_window_extent() for t in ticks if t.get_visible() and t.get_text()]
                apart = [not a.padded(-1).overlaps(b.padded(-1)) for a, b in pairwise(boxes)]
                assert all(apart), f"{drawing.key}: labels overlap"
        points = [t.get_window_extent() for t in texts if t.get_gid() == "point-label"]
        for i, box in enumerate(points):
            assert not any(box.padded(-1).overlaps(other.padded(-1)) for other in points[:i]), (
                f"{drawing.key}: names overlap"
            )
        assert drawing.alt and drawing.caption and drawing.title
    assert len(keys) == len(set(keys)) >= 3


def test_figures_draw_on_given_axes_and_leave_matplotlibs_state_alone(microcircuit):
    import matplotlib as mpl

    mpl.get_backend()  # which one it is comes out when it is first needed
    before = mpl.rcParams.copy()
    figure = new_figure(4)
    left, right = figure.subplots(1, 2)
    assert report.raster(microcircuit, left) is left
    assert report.rates(microcircuit, right) is right
    assert dict(before) == dict(mpl.rcParams)


def test_drawing_needs_no_pyplot():
    code = (
        "import sys, braincore.report as r, numpy as np;"
        "ax = r.sweep({'g': [1, 2], 'x': [1.0, 2.0]}, 'x', ['g']); ax.figure.draw_without_rendering();"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


HOSTILE = ["$x_", "$\\frac{$", "a$b$c", "\x1b[2J\x00", "x" * 300, "<b>&amp;", "\u202eevil", "two\nlines"]


def test_hostile_names_are_drawn_as_they_are(tmp_path):
    infos = [PopulationInfo(name=name, size=10) for name in HOSTILE]
    step = np.arange(0, 900, 10)
    run = report_runs.write(tmp_path / "run", infos, (step, step % len(HOSTILE), step % 3), 1000)
    for make in (report.raster, report.rates, report.rate_boxes, report.rate_map):
        ax = make(run)
        ax.figure.draw_without_rendering()
        shown = [text.get_text() for text in ax.get_yticklabels()]
        assert len(shown) == len(HOSTILE)
        for name in HOSTILE:
            assert any(text.startswith(literal(name, 20)[:8]) for text in shown), (name, shown)
        assert not any(re.search(r"[\x00-\x1f\u202e]", text) for text in shown)


# -- pieces ------------------------------------------------------------------------------------------------------------


def test_signs_regions_and_layers_come_from_the_model_the_annotations_or_the_name():
    infos = [
        PopulationInfo(name="V1.L4e", size=1),
        PopulationInfo(name="V1.pv", size=1, annotations={"sign": "inhibitory", "tags": {"layer": "4"}}),
        PopulationInfo(name="V2.x", size=1),
        PopulationInfo(name="V2.love", size=1),
    ]
    model = parse_model({"populations": [{"name": "V2.x", "region": "V2d", "sign": "excitatory", "layer": "6"}]})
    found = members(infos, model)
    assert [(m.region, m.layer, m.sign) for m in found] == [
        ("V1", "", "E"), ("V1", "4", "I"), ("V2d", "6", "E"), ("V2", "", ""),
    ]  # fmt: skip
    assert [group.label for group in by_sign(found)] == ["excitatory", "inhibitory", "no sign given"]


def test_many_populations_are_gathered():
    infos = [PopulationInfo(name=f"R{i}.{p}", size=2) for i in range(50) for p in ("E", "I")]
    found = members(infos)
    assert len(groups(found)) == 50 and groups(found)[3].label == "R3" and groups(found)[3].size == 4
    assert [group.label for group in few_groups(found)] == ["E", "I"]
    assert len(groups(members(infos[:20]))) == 20


@pytest.mark.parametrize("seed", range(20))
def test_spread_labels_keep_their_order_their_distance_and_their_bounds(seed):
    rng = np.random.default_rng(seed)
    wanted = np.sort(rng.uniform(0, 100, rng.integers(1, 20)))
    moved = spread(list(wanted), 4.0, 0.0, 100.0)
    assert (np.diff(moved) >= 4 - 1e-9).all() and min(moved) >= 0 and max(moved) <= 100
    far = np.diff(wanted).min(initial=99) >= 4
    assert not far or np.allclose(moved, wanted)


@pytest.mark.parametrize(
    ("unit", "values", "expected"),
    [
        ("V", [-0.065], (1e3, "mV")), ("A", [3e-10], (1e12, "pA")), ("S", [2e-8], (1e9, "nS")), ("1", [5], (1.0, "")),
        ("volt", [0.0], (1.0, "V")), ("V", [np.nan], (1.0, "V")), ("mV", [-65], (1.0, "mV")),
        ("ohm", [4e7], (1e-6, "MΩ")),
    ],
)  # fmt: skip
def test_units_are_scaled_to_readable_numbers(unit, values, expected):
    assert readable_unit(unit, values) == pytest.approx(expected)


def test_a_run_without_a_model_file_gets_its_figures(silent):
    for make in (report.raster, report.rates, report.rate_boxes, report.predicted_rates, report.spectrum):
        make(silent).figure.draw_without_rendering()
