"""What is written is what is read: NumPy, pandas and Neo, with units, names and windows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import made_recording as made
import numpy as np
import pytest

from braincore.errors import InputError, ResultsError, UnitError, UnknownNameError
from braincore.results import PopulationInfo, Run, RunWriter

CHUNKS = 12


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    return Run(made.record(tmp_path_factory.mktemp("tables") / "run", CHUNKS, chunk_bytes=5000))


def small(folder: Path, populations=made.POPULATIONS, dt: float = made.DT) -> RunWriter:
    writer = RunWriter(folder, chunk_bytes=0)
    writer.begin(dt=dt, populations=populations)
    return writer


def test_spikes_by_name_region_pattern_and_window(run):
    steps, codes, neurons = made.all_spikes(CHUNKS)
    everything = run.spikes()
    assert len(everything) == len(steps)
    assert everything.t.dtype == np.float64
    assert everything.neuron.dtype == np.int32
    one = run.spikes("V1.I")
    np.testing.assert_array_equal(one.neuron, neurons[codes == 1])
    assert one.names == ("V1.I",)
    assert one.n == 20
    region = run.spikes("V1")
    assert region.names == ("V1.E", "V1.I")
    np.testing.assert_array_equal(region.unit, (neurons + 80 * codes)[codes < 2])
    np.testing.assert_array_equal(run.spikes("*.E").unit, np.where(codes == 2, neurons + 80, neurons)[codes != 1])
    assert run.spikes(["V2.E", "V1.I"]).names == ("V1.I", "V2.E")
    window = run.spikes(start="10 ms", stop=0.02)
    np.testing.assert_array_equal(window.step, steps[(steps * made.DT >= 0.01) & (steps * made.DT < 0.02)])
    assert window.duration == pytest.approx(0.01)
    np.testing.assert_array_equal(everything.select("V1.I").neuron, one.neuron)


def test_trains_and_counts_hold_silent_neurons(run):
    steps, codes, neurons = made.all_spikes(CHUNKS)
    spikes = run.spikes("V1.E")
    trains = spikes.trains()
    assert len(trains) == 80
    np.testing.assert_array_equal([len(train) for train in trains], np.bincount(neurons[codes == 0], minlength=80))
    np.testing.assert_array_equal(spikes.counts(), [len(train) for train in trains])
    np.testing.assert_array_equal(trains[7], steps[(codes == 0) & (neurons == 7)] * made.DT)


@pytest.mark.parametrize(
    ("name", "hint"), [("V1.EE", "Did you mean 'V1.E'"), ("V3", "Known names: V1, V1.E"), ("*.X", "")]
)
def test_unknown_names_offer_the_nearest(run, name, hint):
    with pytest.raises(UnknownNameError, match=rf"no population or region .*{hint}"):
        run.spikes(name)
    with pytest.raises(UnknownNameError, match=r"no traces of recorder 'some' in this run. Did you mean 'soma'"):
        run.traces("some")
    with pytest.raises(UnknownNameError, match=r"variable 'w' was not recorded. Known variables: g, v"):
        run.traces("soma").matrix("w")
    with pytest.raises(UnknownNameError, match=r"no weights of projection 'x' in this run. Known projections: none"):
        run.weights("x")
    with pytest.raises(UnknownNameError, match=r"has no recording 'spike'. Did you mean 'spikes'"):
        run.to_pandas("spike")


@pytest.mark.parametrize("window", [{"start": "3 mV"}, {"start": float("nan")}, {"start": 1, "stop": 0}, {"stop": "x"}])
def test_windows_are_times(run, window):
    with pytest.raises(InputError):
        run.spikes(**window)


def test_rates_from_spikes_and_from_the_table(run):
    steps, codes, _ = made.all_spikes(CHUNKS)
    rates = run.rates("V1", bin="2.5 ms")
    expected = np.bincount(steps[codes < 2] // 25, minlength=24)
    np.testing.assert_array_equal(rates.count, expected)
    np.testing.assert_allclose(rates.rate_hz, expected / (100 * 0.0025))
    np.testing.assert_allclose(rates.t, np.arange(24) * 0.0025)
    assert run.rates("V1").bin == pytest.approx(made.BIN * made.DT), "the recorded bin by default"
    table = run.to_pandas("rates")
    of_e = table[table["population"] == "V1.E"]
    np.testing.assert_array_equal(of_e["count"], run.rates("V1.E").count)
    np.testing.assert_allclose(of_e["rate_hz"], run.rates("V1.E").rate_hz)
    with pytest.raises(InputError, match="not a whole number of time steps"):
        run.rates("V1", bin=1.5e-4)
    with pytest.raises(InputError, match="not a whole number of time steps"):
        run.rates("V1", bin=0.0)


def test_rates_without_spikes_come_from_the_table_and_silence_is_not_ignorance(tmp_path):
    infos = [PopulationInfo(name="A", size=10, spikes=False), PopulationInfo(name="B", size=10)]
    with small(tmp_path / "run", infos) as writer:
        for start in range(0, 100, 10):
            writer.write_rates([start], [0], [start], bin_steps=10)
        with pytest.raises(InputError, match="population 'A' was declared as not recorded"):
            writer.write_spikes([3], None, [0], [0])
        writer.advance(100)
        writer.finish({})
    run = Run(tmp_path / "run")
    np.testing.assert_array_equal(run.rates("A").count, np.arange(0, 100, 10))
    np.testing.assert_array_equal(run.rates("A", bin=50 * made.DT).count, [100, 350])
    with pytest.raises(InputError, match="does not consist of recorded bins"):
        run.rates("A", bin=15 * made.DT)
    with pytest.raises(InputError, match=r"spikes of 'A' were not recorded. Add it under record.spikes"):
        run.spikes("A")
    with pytest.raises(InputError, match="rates of 'B' were not recorded throughout"):
        run.rates(["A", "B"])
    assert run.spikes().names == ("B",)
    assert len(run.spikes("B")) == 0
    np.testing.assert_array_equal(run.rates("B", bin=0.005).rate_hz, [0, 0])


def test_rates_of_nothing_recorded_say_so(tmp_path):
    with small(tmp_path / "run", [PopulationInfo(name="A", size=10, spikes=False)]) as writer:
        writer.advance(100)
        writer.finish({})
    with pytest.raises(InputError, match="neither spikes nor rates of 'A' were recorded"):
        Run(tmp_path / "run").rates("A")
    assert not (tmp_path / "run" / "spikes").exists()


def test_pandas_reads_the_folders_as_they_are(run):
    pandas = pytest.importorskip("pandas")
    steps, codes, neurons = made.all_spikes(CHUNKS)
    (run.folder / "spikes" / ".part-00099.parquet.tmp").write_bytes(b"half")  # what a kill may leave
    frame = pandas.read_parquet(run.folder / "spikes")
    assert dict(frame.dtypes.astype(str)) == {
        "t": "float64", "step": "int64", "population": "category", "neuron": "int32"
    }  # fmt: skip
    np.testing.assert_array_equal(frame["step"], steps)
    np.testing.assert_array_equal(frame["t"], steps * made.DT)
    np.testing.assert_array_equal(frame["population"], np.array(["V1.E", "V1.I", "V2.E"])[codes])
    np.testing.assert_array_equal(frame["neuron"], neurons)
    assert frame.equals(run.to_pandas())
    assert frame.equals(run.spikes().to_dataframe())
    traces = pandas.read_parquet(run.folder / "traces" / "soma")
    assert list(traces) == ["t", "step", "population", "neuron", "v", "g"]
    assert traces.equals(run.traces("soma").to_dataframe())
    assert run.to_pandas("traces/soma").attrs["units"]["g"] == "nS"


def test_units_and_dt_are_in_the_schema(run):
    parquet = pytest.importorskip("pyarrow.parquet")
    schema = parquet.read_schema(run.folder / "traces" / "soma" / "part-00000.parquet")
    assert schema.field("v").metadata[b"unit"] == b"V"
    assert schema.field("g").metadata[b"unit"] == b"nS"
    assert schema.field("t").metadata[b"unit"] == b"s"
    described = json.loads(schema.metadata[b"braincore"])
    assert described["dt_s"] == made.DT
    assert described["units"] == {"t": "s", "rate_hz": "Hz", "v": "V", "g": "nS"}


def test_a_silent_run_is_an_empty_table_not_a_missing_one(tmp_path):
    pandas = pytest.importorskip("pandas")
    with small(tmp_path / "run") as writer:
        writer.advance(1000)
        writer.finish({})
    assert len(pandas.read_parquet(tmp_path / "run" / "spikes")) == 0
    run = Run(tmp_path / "run")
    assert len(run.spikes("V1")) == 0
    assert run.spikes().duration == pytest.approx(0.1)
    assert [len(train) for train in run.spikes("V2").trains()] == [0, 0, 0]
    assert run.rates("V1").count.sum() == 0


def test_traces(run):
    traces = run.traces("soma")
    assert traces.channels() == [("V2.E", 0), ("V2.E", 2)]
    assert traces.units == {"v": "V", "g": "nS"}
    t, values = traces.signal("v", "V2.E", 2)
    sampled = np.arange(0, CHUNKS * made.CHUNK, 10)
    np.testing.assert_array_equal(t, sampled * made.DT)
    np.testing.assert_array_equal(values, made.voltage(sampled) + 2)
    with pytest.raises(UnknownNameError, match=r"no trace of neuron 1 of 'V2.E'"):
        traces.signal("v", "V2.E", 1)


def test_traces_of_uneven_neurons_leave_gaps_as_nan(tmp_path):
    with small(tmp_path / "run") as writer:
        writer.write_traces("x", [0, 0, 10], None, [0, 1, 0], [5, 6, 5], {"v": [1.0, 2.0, 3.0]}, {"v": "mV"})
        writer.advance(20)
        writer.finish({})
    _, grid = Run(tmp_path / "run").traces("x").matrix("v")
    np.testing.assert_array_equal(grid, [[1, 2], [3, np.nan]])


def test_neo_round_trip(run):
    neo = pytest.importorskip("neo")
    block = run.to_neo()
    assert isinstance(block, neo.Block)
    segment = block.segments[0]
    assert len(segment.spiketrains) == 103
    by_key = {(train.annotations["population"], train.annotations["neuron"]): train for train in segment.spiketrains}
    steps, codes, neurons = made.all_spikes(CHUNKS)
    for (name, neuron), train in by_key.items():
        mine = steps[(codes == run.spikes().names.index(name)) & (neurons == neuron)]
        np.testing.assert_allclose(train.rescale("s").magnitude, mine * made.DT)
        assert float(train.t_stop.rescale("s")) == pytest.approx(run.duration)
    assert by_key["V2.E", 1].annotations["label"] == "AVAR"
    signals = {signal.annotations["variable"]: signal for signal in segment.analogsignals}
    np.testing.assert_allclose(
        signals["v"].rescale("mV").magnitude, run.traces("soma").matrix("v")[1] * 1e3, rtol=1e-12
    )
    assert str(signals["g"].dimensionality) == "nS"
    assert float(signals["v"].sampling_period.rescale("ms")) == pytest.approx(1.0)
    np.testing.assert_array_equal(signals["v"].array_annotations["neuron"], [0, 2])
    assert len(run.to_neo("V2").segments[0].spiketrains) == 3


def test_neo_units_that_it_does_not_know_by_name_come_in_si(tmp_path):
    pytest.importorskip("neo")
    with small(tmp_path / "run") as writer:
        values = {"ca": [2.0, 3.0, 4.0], "x": [1.0, 1.0, 1.0]}
        writer.write_traces("c", [0, 10, 30], None, [0] * 3, [0] * 3, values, {"ca": "uM", "x": "1"})
        writer.advance(40)
        writer.finish({})
    signals = Run(tmp_path / "run").to_neo().segments[0].irregularlysampledsignals
    ca = next(signal for signal in signals if signal.annotations["variable"] == "ca")
    np.testing.assert_allclose(ca.rescale("mol/m**3").magnitude.ravel(), [2e-3, 3e-3, 4e-3])
    np.testing.assert_allclose(ca.times.rescale("s").magnitude, np.array([0, 10, 30]) * made.DT)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w: w.write_spikes([1], None, [3], [0]), "population code 3 of 3 populations"),
        (lambda w: w.write_spikes([1], None, [0], [80]), "neuron 80 of population 'V1.E', which has 80 neurons"),
        (lambda w: w.write_spikes([1], None, [0], [-1]), "neuron has a negative number, -1"),
        (lambda w: w.write_spikes([1.5], None, [0], [1]), "step must be whole numbers, got float64"),
        (lambda w: w.write_spikes([-1], None, [0], [1]), "step has a negative number"),
        (lambda w: w.write_spikes([1, 2], None, [0], [1]), "of one length"),
        (lambda w: w.write_spikes([1], [np.nan], [0], [1]), "a time is not a finite number"),
        (lambda w: w.write_spikes([1], ["x"], [0], [1]), "t must be numbers"),
        (lambda w: w.write_spikes([[1]], None, [0], [1]), "one-dimensional"),
        (lambda w: w.write_rates([1], [0], [1], bin_steps=0), "a bin of 0 steps"),
        (lambda w: w.write_rates([1], [0], [0.5], bin_steps=5), "count must be whole numbers"),
        (lambda w: w.write_traces("a", [1], None, [0], [0], {"v": [1.0]}, {}), "variable 'v' has no unit"),
        (lambda w: w.write_traces("a", [1], None, [0], [0], {"v": [1.0]}, {"v": "mVolt"}), "unknown unit 'mVolt'"),
        (lambda w: w.write_traces("a", [1], None, [0], [0], {"t": [1.0]}, {"t": "s"}), "cannot be called 't'"),
        (lambda w: w.write_traces("", [1], None, [0], [0], {}, {}), "cannot name a recorder"),
        (lambda w: w.write_weights("a", 1, [2**31], [0], {}, {}), "pre 2147483648 is more than"),
        (lambda w: w.advance(-1), "step -1 comes after step 0"),
        (lambda w: w.begin(dt=0.0, populations={}), "time step 0.0 s is not a positive time"),
        (lambda w: w.write_arrays("a", {"x": [object()]}), "hold objects"),
    ],
)
def test_bad_rows_are_refused_by_name(tmp_path, call, message):
    with small(tmp_path / "run") as writer, pytest.raises((InputError, UnitError), match=message):
        call(writer)


@pytest.mark.parametrize("name", ["../../escape", "V1.E->V2.E", "a/b c", "_x", ".y", "é%2F", "a" * 60])
def test_recorders_and_projections_may_have_any_name(tmp_path, name):
    pandas = pytest.importorskip("pandas")
    with small(tmp_path / "run") as writer:
        writer.write_traces(name, [1], None, [0], [0], {"v": [1.0]}, {"v": "V"})
        writer.write_weights(name, 5, [0], [1], {"w": [2.0]}, {"w": "S"})
        writer.advance(5)
        writer.finish({})
    run = Run(tmp_path / "run")
    assert run.recorders() == run.recorders("weights") == (name,)
    assert run.traces(name).variables["v"] == [1.0]
    assert run.weights(name).variables["w"] == [2.0]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    folder = next((tmp_path / "run" / "traces").iterdir())
    assert len(pandas.read_parquet(folder)) == 1


def test_columns_of_a_recorder_do_not_change(tmp_path):
    with small(tmp_path / "run") as writer:
        writer.write_traces("a", [1], None, [0], [0], {"v": [1.0]}, {"v": "V"})
        with pytest.raises(InputError, match="traces/a: has columns"):
            writer.write_traces("a", [1], None, [0], [0], {"w": [1.0]}, {"w": "V"})


def test_rows_nobody_closed_are_not_lost_in_silence(tmp_path):
    with small(tmp_path / "run") as writer:
        writer.write_spikes([5, 15], None, [0, 0], [1, 2])
        writer.advance(10)
        with pytest.raises(InputError, match=r"spikes: has rows after step 10. Call advance\(\) before finish"):
            writer.finish({})
        writer.advance(20)
        writer.finish({})
    np.testing.assert_array_equal(Run(tmp_path / "run").spikes().step, [5, 15])


def test_recording_comes_after_begin(tmp_path):
    with RunWriter(tmp_path / "run") as writer, pytest.raises(InputError, match="begin\\(\\) comes before"):
        writer.write_spikes([1], None, [0], [0])


@pytest.mark.parametrize("size", [-1, 2.5, True, 2**31, "10"])
def test_sizes_are_whole_numbers(size):
    with pytest.raises(InputError, match="population 'A' has size"):
        PopulationInfo(name="A", size=size)


def test_population_lists_are_checked(tmp_path):
    with pytest.raises(InputError, match="3 neurons and 2 labels"):
        PopulationInfo(name="A", size=3, labels=("x", "y"))
    twice = [PopulationInfo(name="A", size=1), PopulationInfo(name="A", size=2)]
    with RunWriter(tmp_path / "run") as writer, pytest.raises(InputError, match="population 'A' is given twice"):
        writer.begin(dt=1e-4, populations=twice)


def test_the_writer_copies_what_it_is_given(tmp_path):
    steps = np.array([1, 2])
    with small(tmp_path / "run") as writer:
        writer.write_spikes(steps, None, [0, 0], [3, 4])
        steps[:] = 99
        writer.advance(10)
        writer.finish({})
    np.testing.assert_array_equal(Run(tmp_path / "run").spikes().step, [1, 2])


def test_json_arrays_text_and_populations_come_back(tmp_path):
    with small(tmp_path / "run") as writer:
        writer.write_json("extra.json", {"nan": float("nan"), "n": np.int64(3), "a": np.array([1.5, np.inf]), "ü": "ß"})
        writer.write_text("run.yaml", "title: Größe\n")
        writer.write_text("run.yaml", "title: zweite\n")
        writer.write_arrays("drive", {"rate": np.arange(3.0), "names": np.array(["a", "b"])})
        writer.write_bytes("figures/raster.png", b"\x89PNG")
        with pytest.raises(TypeError, match="object cannot be written as JSON"):
            writer.write_json("bad.json", object())
        writer.finish({"rate_hz": np.float64("nan")})
    run = Run(tmp_path / "run")
    assert json.loads(run.text("extra.json")) == {"nan": None, "n": 3, "a": [1.5, None], "ü": "ß"}
    assert run.text() == "title: zweite\n"
    np.testing.assert_array_equal(run.arrays("drive")["names"], ["a", "b"])
    assert run.summary == {"status": "complete", "rate_hz": None}
    assert run.provenance == {}
    assert run.populations["V2.E"].labels == ("AVAL", "AVAR", "PVCL")
    assert run.populations["V1.E"].annotations == {"region": "V1"}
    with pytest.raises(ResultsError, match=r"arrays/none.npz is missing"):
        run.arrays("none")


def test_reading_is_light():
    """`import braincore.results` brings in neither pyarrow nor pandas, Neo, Matplotlib or Brian2."""
    code = (
        "import sys, braincore.results; heavy = {'pyarrow', 'pandas', 'neo', 'matplotlib', 'brian2', 'scipy'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(made.__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_rates_plot(run):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    figure, ax = pyplot.subplots()
    assert run.rates("V1").plot(ax) is ax
    np.testing.assert_allclose(ax.lines[0].get_ydata(), run.rates("V1").rate_hz)
    pyplot.close(figure)


def test_max_age_writes_without_being_asked(tmp_path):
    with RunWriter(tmp_path / "run", max_age=0.0) as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        made.write_chunk(writer, 0)
        assert made.check_prefix(tmp_path / "run") == made.CHUNK


def test_histograms_come_back_and_are_cut_with_the_rest(tmp_path):
    """Three histograms of four bins; a run that goes on from step 10 takes the one of step 10 once."""
    edges = np.linspace(0, 2e-9, 5)
    with small(tmp_path / "run") as writer:
        for step in (0, 5, 10):
            writer.write_histogram("E->I", step, edges[:-1], edges[1:], np.arange(4) + step, unit="S")
            writer.advance(step)
        writer.flush()
    found = Run(tmp_path / "run", allow_incomplete=True).histograms("E->I")
    np.testing.assert_array_equal(found.edges, edges)
    np.testing.assert_array_equal(found.count, np.arange(4) + np.array([[0], [5], [10]]))
    np.testing.assert_allclose(found.t, np.array([0, 5, 10]) * made.DT)
    assert found.unit == "S"
    assert Run(tmp_path / "run", allow_incomplete=True).recorders("histograms") == ("E->I",)
    with RunWriter(tmp_path / "run", resume=True) as writer:
        writer.begin(dt=made.DT, populations=made.POPULATIONS)
        writer.truncate_to(10)
        for step in (10, 15):
            writer.write_histogram("E->I", step, edges[:-1], edges[1:], np.arange(4) + step, unit="S")
        writer.advance(16)
        writer.finish({})
    found = Run(tmp_path / "run").histograms("E->I")
    np.testing.assert_array_equal(found.count[:, 0], [0, 5, 10, 15])
