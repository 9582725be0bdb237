"""The report as a file: valid, complete in itself, safe for hostile names, honest about incomplete runs."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
import report_runs

from braincore import report
from braincore.errors import InputError, ResultsError
from braincore.report import embed, save_figures, words, write_report
from braincore.report.html import render
from braincore.report.model_file import read_model
from braincore.report.tables import comparison_table, si_text
from braincore.results import PopulationInfo, Run, RunWriter

VOID = {"meta", "img", "link", "br", "hr", "input"}


class Page(HTMLParser):
    """Reads a page and keeps what is wrong with it: tags that do not match, ids given twice, links to nothing."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]
        self.faults += [f"id {name} is given twice" for name in {i for i in self.ids if self.ids.count(i) > 1}]
        for tag, attributes in self.tags:
            target = attributes.get("href") or ""
            if tag in ("a", "use") and target.startswith("#") and target[1:] not in self.ids:
                self.faults.append(f"{target} leads nowhere")

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        names = [name for name, _ in attributes]
        self.faults += [f"<{tag} {name}> is given twice" for name in {n for n in names if names.count(n) > 1}]
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes <{self.open[-1] if self.open else ''}>")
        else:
            self.open.pop()

    def handle_data(self, data):
        self.text.append(data)

    def attributes(self, name):
        return [values[name] for _, values in self.tags if name in values]

    def named(self, tag):
        return [values for name, values in self.tags if name == tag]

    def said(self):
        return " ".join(" ".join(self.text).split())


@pytest.fixture(scope="module")
def html(pages):
    return pages("microcircuit")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


@pytest.fixture
def no_figures(monkeypatch):
    """For what the page says: figures take most of its time."""
    monkeypatch.setattr("braincore.report.page.drawings", lambda run, model, on_error: iter(()))


# -- form --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["microcircuit", "areas", "three", "silent"])
def test_the_page_is_well_formed(which, pages):
    found = Page(pages(which))
    assert not found.faults
    assert found.named("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in found.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels)), "a level of headings is left out"


def test_the_page_asks_nothing_of_any_other_place(html, page):
    for name in ("src", "href", "data", "action", "poster", "srcset"):
        assert all(value.startswith(("#", "data:")) for value in page.attributes(name)), name
    assert not re.search(r"@import|url\((?!#|data:)", html)
    assert not re.search(r"https?://(?!www\.w3\.org/)", html)
    policy = next(v["content"] for v in page.named("meta") if v.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy and "http" not in policy


def test_the_style_sheet_is_whole(html):
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert style.count("{") == style.count("}")
    assert all("@media" not in rule.split("{")[0][1:] for rule in re.split(r"(?<=[{}])\s*", style) if "{" in rule)
    assert style.count("@media print") == 1 and ".contents, .skip, .enlarge { display: none; }" in style


def test_only_our_own_script_may_run(html, page):
    import hashlib

    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in html
    assert not [value for _, values in page.tags for value in values if value.startswith("on")]


def test_every_figure_has_a_number_a_caption_and_words_for_those_who_cannot_see_it(page):
    figures = page.named("figure")
    captions = [text for text in page.text if re.match(r"Figure \d+\. ", text)]
    assert [int(re.match(r"Figure (\d+)", text)[1]) for text in captions] == list(range(1, len(figures) + 1))
    pictures = [v for v in page.named("svg") if v.get("role") == "img"] + page.named("img")
    assert len(pictures) == len(figures) >= 8
    assert all(len(v.get("aria-label") or v.get("alt")) > 20 for v in pictures)


def test_small_figures_are_svg_and_large_ones_png(microcircuit):
    from braincore.report import rates

    figure = rates(microcircuit).figure
    assert embed.embed(figure, "k", "x").startswith("<svg")
    large = embed.embed(figure, "k", 'a "quoted" <alt>', limit=1000)
    assert large.startswith("<img") and 'alt="a &quot;quoted&quot; &lt;alt&gt;"' in large
    data = base64.b64decode(re.search(r"base64,([^\"]+)", large)[1])
    assert data[:8] == b"\x89PNG\r\n\x1a\n"


def test_svgs_take_the_colours_of_the_page(html):
    assert "currentColor" in html and "var(--excitatory" in html
    svg = re.search(r"<svg.*?</svg>", html, re.DOTALL)[0]
    assert "#1f2329" not in svg and "<metadata" not in svg and "<style" not in svg


def test_the_same_run_gives_the_same_page(three, pages):
    assert render([Run(three.folder)]) == pages("three")


# -- content -----------------------------------------------------------------------------------------------------------


def test_the_summary_says_what_was_simulated(microcircuit, page):
    said = page.said()
    assert "“Cortical microcircuit”: 3,858 neurons in 8 populations, connected by" in said
    assert "were simulated for 1 s in steps of 0.1 ms with Brian2 (seed 55)." in said
    assert "Mean-field theory had predicted the rates of" in said
    assert "Worth a look" not in said


def test_results_stand_in_a_table(microcircuit, page):
    said = page.said()
    noted = microcircuit.summary["populations"]["L4E"]
    row = f"L4E 1,096 {noted['rate_hz']:.2f} 4.44 4.41 {noted['cv_isi']:.2f}"
    assert row in said


def test_methods_have_equations_parameters_populations_and_stimuli(page):
    said = page.said()
    assert page.named("mtable") and page.named("mfrac")
    assert "−65 mV leak potential −80 to −50 Table 5" in said
    assert "Used by all populations. Integrated with method exact" in said
    assert "thalamus: 10 ms pulse of Poisson spikes onto layers 4 and 6" in said
    assert "Projections (55 rows)" in said and "normal(87.8 pA, 8.78 pA)" in said
    assert "I_ext = 0.31 nA" in said


def test_provenance_and_code_are_there(microcircuit, page):
    said = page.said()
    assert "braincore run brain.yaml" in said and "0" * 64 in said and microcircuit.status.run_id in said
    assert "run = Run('microcircuit')" in said and "braincore run microcircuit/run.yaml" in said


def test_the_code_that_is_shown_works(microcircuit, monkeypatch, tmp_path):
    from braincore.report.page import snippets

    monkeypatch.chdir(microcircuit.folder.parent)
    codes = dict(snippets(microcircuit, "L4E"))
    names: dict = {}
    exec(compile(codes["Read the data"], "snippet", "exec"), names)
    assert len(names["spikes"]) == len(microcircuit.spikes("L4E")) and len(names["frame"]) == len(microcircuit.spikes())
    plain = dict(names)
    exec(compile(codes["Read them without braincore"], "snippet", "exec"), plain)
    assert len(plain["spikes"]) == len(microcircuit.spikes())
    monkeypatch.setitem(names, "save_figures", lambda run: None)
    draw = codes["Draw the figures again"].replace("raster.pdf", str(tmp_path / "raster.pdf"))
    draw = draw.replace("save_figures(run) ", "len('' if run else '')")
    exec(compile(draw, "snippet", "exec"), names)
    assert (tmp_path / "raster.pdf").stat().st_size > 1000


def test_silent_saturated_and_unrecorded_populations_are_warned_of(no_figures, tmp_path):
    infos = [PopulationInfo(name=name, size=4, spikes=name != "unseen") for name in ("still", "busy", "unseen")]
    step, neuron = np.meshgrid(np.arange(0, 10_000, 22), np.arange(4))
    model = {
        "neurons": [report_runs.neuron()],
        "populations": [{"name": info.name, "size": 4, "neuron": "lif_exp"} for info in infos],
    }
    spikes = (step.ravel(), step.ravel() * 0 + 1, neuron.ravel())
    run = report_runs.write(tmp_path / "run", infos, spikes, 10_000, model=model)
    assert words.warnings(run, read_model(run)) == [
        "still never spiked.",
        "busy fired at more than 80 % of the rate that the refractory period allows.",
        "unseen was not recorded.",
    ]
    assert "Worth a look" in Page(render([run])).said()


def test_rates_far_from_prediction_are_warned_of_only_beyond_chance(tmp_path):
    infos = [PopulationInfo(name="many", size=1000), PopulationInfo(name="few", size=2)]
    step = np.arange(0, 10_000)
    spikes = (step, step * 0, step % 1000)
    run = report_runs.write(tmp_path / "run", infos, spikes, 10_000, predicted={"many": 5.0, "few": 2.0})
    texts = words.warnings(run, read_model(run))
    assert texts == [
        "few never spiked.", "many fired at a rate that differs by more than half from the predicted one.",
    ]  # fmt: skip


# -- incomplete and damaged runs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("interrupt", "This run was interrupted at 100 ms of simulated time: stopped by KeyboardInterrupt."),
        ("out of memory", "This run failed at 100 ms of simulated time: out of memory."),
        ("killed", "This run was interrupted at 100 ms of simulated time: its process"),
    ],
)
def test_an_incomplete_run_says_so_at_the_top(no_figures, tmp_path, end, said):
    step = np.arange(0, 1000, 7)
    run = report_runs.write(
        tmp_path / "run", [PopulationInfo(name="e", size=5)], (step, step * 0, step % 5), 1000, end=end
    )
    text = Page(render([run])).said()
    assert said in text and text.index("Incomplete run.") < text.index("neurons in")
    assert "allow_incomplete=True" in text


def test_a_run_that_never_began_still_has_a_report(tmp_path):
    writer = RunWriter(tmp_path / "run")
    writer.fail("no compiler")
    run = Run(tmp_path / "run", allow_incomplete=True)
    text = Page(render([run])).said()
    assert "This run failed at 0 ms of simulated time: no compiler." in text


def test_a_run_without_spikes_and_without_neurons_is_no_obstacle(tmp_path):
    nothing = np.empty(0, np.int64)
    infos = [PopulationInfo(name="a", size=0), PopulationInfo(name="b", size=3)]
    run = report_runs.write(tmp_path / "run", infos, (nothing, nothing, nothing), 100)
    found = Page(render([run]))
    assert not found.faults and "b never spiked." in found.said()


def test_a_damaged_recording_is_said_and_the_other_figures_stay(tmp_path):
    run = report_runs.three_neurons(tmp_path / "run")
    part = next((run.folder / "traces" / "membrane").glob("*.parquet"))
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(bytes(data))
    found = Page(render([Run(run.folder)]))
    assert re.search(r"A figure could not be drawn: .*part-00000\.parquet is damaged", found.said())
    assert len(found.named("figure")) >= 5


# -- hostile names -----------------------------------------------------------------------------------------------------

EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{ 7*7 }}\x1b[2J\u202e$x$'


def test_names_cannot_become_markup(tmp_path):
    infos = [PopulationInfo(name=EVIL, size=30, annotations={"region": EVIL}), PopulationInfo(name="ok", size=30)]
    step = np.arange(0, 5000, 3)
    neuron = report_runs.neuron(EVIL, EVIL, purpose=EVIL, source=EVIL, threshold=EVIL)
    neuron["parameters"] = [{"name": EVIL, "value": EVIL, "unit": EVIL, "meaning": EVIL, "source": EVIL}]
    model = {
        "title": EVIL, "description": EVIL, "source": EVIL, "hash": EVIL, "neurons": [neuron],
        "populations": [{"name": EVIL, "region": EVIL, "neuron": EVIL, "sign": EVIL, "layer": EVIL,
                         "parameters": {EVIL: EVIL}}],
        "projections": [{"name": EVIL, "source": EVIL, "target": "ok", "rule": EVIL, "weight": EVIL, "n_synapses": 4}],
        "stimuli": [{"text": EVIL, "name": EVIL, "start_ms": 100.0, "stop_ms": 200.0}],
        "connectome": {"names": [EVIL, "b"], "matrix": [[0, 1], [2, 0]], "attribute": EVIL, "unit": EVIL},
        "weight_histograms": {EVIL: {"edges": [0, 1, 2], "counts": [1, 2], "unit": EVIL}},
        "reference_rates": {"source": EVIL, "rates_hz": {EVIL: 1.0}},
    }  # fmt: skip
    run = report_runs.write(tmp_path / "run", infos, (step, step % 2, step % 30), 5000, model=model)
    html = render([run])
    found = Page(html)
    assert not found.faults
    assert len(found.named("script")) == 1 and not [v for v in found.named("img") if v.get("src") == "x"]
    assert not [name for _, values in found.tags for name in values if name.startswith("on")]
    assert "\x1b" not in html and "\u202e" not in html and "49" not in found.named("title")
    assert "{{ 7*7 }}" in found.said() and "<script>alert(1)</script>" in found.said()


# -- several runs, files -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(microcircuit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("other") / "microcircuit"
    return [microcircuit, report_runs.microcircuit(folder, scale=0.05, seed=4, seconds=0.5)]


def test_several_runs_make_one_well_formed_page(silent):
    found = Page(render([silent, silent]))
    assert not found.faults
    assert len(found.named("figure")) == 3 + 2 * 5


def test_several_runs_stand_side_by_side(no_figures, pair):
    found = Page(render(pair))
    assert not found.faults
    said = found.said()
    assert "2 runs compared" in said and "Simulated time ≠ 1 s 500 ms" in said and "Seed 55 55" in said
    assert "microcircuit (2)" in said
    assert "The model is the same as that of a run above." in said
    first, second = (run.summary["populations"]["L5I"]["rate_hz"] for run in pair)
    change = f"{100 * (second / first - 1):+.1f} %".replace("-", "−")
    assert f"L5I {first:.2f} {second:.2f} {change}" in said


def test_runs_of_other_populations_are_compared_as_far_as_they_go(no_figures, three, silent):
    table = comparison_table([three, silent], ["a", "b"], [read_model(three), read_model(silent)])
    cells = {row[0]: row[1:] for row in table.rows}
    assert cells["cell"][1] == "–" and cells["A.i"] == ("–", "0")
    assert Page(render([three, silent])).faults == []


def test_the_report_goes_into_the_run_folder_or_where_it_is_told(no_figures, pair, tmp_path):
    run = report_runs.write(
        tmp_path / "run", [PopulationInfo(name="e", size=1)], (np.arange(3),) * 1 + (np.zeros(3, int),) * 2, 10
    )
    assert write_report(run) == run.folder / "report.html"
    assert Run(run.folder).status.state == "complete", "the report does not disturb the run"
    assert write_report([run], tmp_path / "a" / "b.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert write_report(run, tmp_path) == tmp_path / "report.html"
    with pytest.raises(InputError, match="needs a place"):
        write_report(pair)
    with pytest.raises(InputError, match="at least one run"):
        write_report([])
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match=r"cannot write .*report\.html: "):
        write_report(run, tmp_path / "file" / "report.html")


def test_figures_are_saved_as_png_and_svg(three, tmp_path):
    written = save_figures(three, tmp_path / "figures")
    names = {path.name for path in written}
    assert {"raster.png", "raster.svg", "traces_1.png", "traces_1.svg", "neuron_rates.svg"} <= names
    assert {path.name for path in (tmp_path / "figures").iterdir()} == names
    for path in written:
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG" if path.suffix == ".png" else b"<?xml") and len(data) > 3000


def test_figures_are_the_same_bytes_every_time(silent):
    first, second = (report.raster(silent).figure for _ in "ab")
    assert embed.png_bytes(first) == embed.png_bytes(second)
    assert embed.svg_bytes(first) == embed.svg_bytes(second) == embed.svg_bytes(first)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [(1e-4, "s", "0.1 ms"), (2.5, "s", "2.5 s"), (3e-10, "A", "300 pA"), (None, "s", "–"), (0.0, "s", "0 ms")],
)
def test_quantities_are_written_as_the_field_does(value, unit, expected):
    assert si_text(value, unit) == expected
