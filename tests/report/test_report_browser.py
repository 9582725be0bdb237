"""The report in headless Chromium: it opens, nothing is logged as an error, and every figure and equation is seen."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium or Chrome (chromium, chromium-browser, google-chrome)"),
]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--enable-logging=stderr", "--v=0", "--window-size=1280,900",
)  # fmt: skip
# Measures what a reader would see, presses a button, and leaves the findings in the page for --dump-dom.
PROBE = """
window.addEventListener("load", () => {
  const box = (node) => { const b = node.getBoundingClientRect(); return [Math.round(b.width), Math.round(b.height)]; };
  const found = {
    figures: [...document.querySelectorAll("figure.plot")].map((f) => [f.id, ...box(f.querySelector("svg, img"))]),
    images: [...document.images].map((i) => [i.complete, i.naturalWidth]),
    maths: [...document.querySelectorAll("math")].filter((m) => !m.closest("details:not([open])")).map(box),
    fraction: document.querySelector("mfrac") ? box(document.querySelector("mfrac")) : null,
    font: [...document.fonts].filter((f) => f.status === "loaded").map((f) => f.family),
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    small: [...document.querySelectorAll("svg text")].map((t) => {
      const svg = t.ownerSVGElement, size = parseFloat(getComputedStyle(t).fontSize);
      return size * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    }).filter((size) => size < 8 * 96 / 72 * 0.95).length,
    scripted: [...document.querySelectorAll(".enlarge")].length,
  };
  document.querySelector(".enlarge")?.click();
  const dialog = document.querySelector("dialog");
  found.dialog = dialog?.open ? box(dialog.querySelector("svg, img")) : null;
  dialog?.close();
  setTimeout(() => {
    found.back = !!document.querySelector("figure.plot svg, figure.plot img");
    found.current = document.querySelectorAll("[aria-current]").length;
    const out = document.createElement("template");
    out.id = "probe";
    out.setAttribute("data-found", JSON.stringify(found));
    document.body.append(out);
  }, 300);
});
"""


def chromium(path, profile, *flags):
    command = [CHROMIUM, *FLAGS, *flags, f"--user-data-dir={profile}", path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def console(done):
    """Return what the page logged: errors of scripts, refused requests, violations of its content policy."""
    return [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def probed(html, folder, *flags):
    """Open the page with the probe in place of its content policy, and return what the probe found."""
    page, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', f"<script>{PROBE}</script>", html)
    assert count == 1
    path = folder / "probed.html"
    path.write_text(page, encoding="utf-8")
    done = chromium(path, folder / "profile", "--dump-dom", "--virtual-time-budget=3000", *flags)
    found = re.search(r'<template id="probe" data-found="([^"]*)"', done.stdout)
    assert found, done.stderr[-2000:]
    return json.loads(found[1].replace("&quot;", '"').replace("&amp;", "&")), console(done)


@pytest.mark.parametrize("which", ["microcircuit", "areas"])
def test_the_page_opens_without_a_word_on_the_console(which, pages, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(pages(which), encoding="utf-8")
    done = chromium(path, tmp_path / "profile", "--dump-dom", "--virtual-time-budget=3000")
    assert console(done) == []
    assert "<figure" in done.stdout and 'class="enlarge"' in done.stdout, "the page's own script ran"


def test_a_broken_page_is_noticed(pages, tmp_path):
    """The control of the test above: script errors and refused requests do reach the console."""
    path = tmp_path / "report.html"
    broken = pages("three").replace("<main", '<script>alert(1)</script><img src="http://192.0.2.1/x.png"><main', 1)
    path.write_text(broken, encoding="utf-8")
    lines = console(chromium(path, tmp_path / "profile", "--dump-dom", "--virtual-time-budget=3000"))
    assert any("script" in line for line in lines) and any("192.0.2.1" in line for line in lines)


@pytest.mark.parametrize("which", ["areas", "three"])
def test_every_figure_and_equation_is_seen(which, pages, tmp_path):
    html = pages(which)
    found, logged = probed(html, tmp_path)
    assert logged == []
    assert len(found["figures"]) == html.count("<figure id=") >= 7
    assert all(width > 200 and height > 60 for _, width, height in found["figures"])
    assert all(done and width > 100 for done, width in found["images"])
    assert found["maths"] and all(width > 3 and height > 5 for width, height in found["maths"])
    assert found["fraction"][1] > 25, "fractions stand upright"
    assert found["font"] == ["Braincore Math"]
    assert found["overflow"] <= 0 and found["small"] == 0
    assert found["scripted"] == len(found["figures"]) and found["dialog"][0] > 900 and found["back"]
    assert found["current"] == 1


def test_the_page_fits_a_telephone(pages, tmp_path):
    found, _ = probed(pages("three"), tmp_path, "--window-size=500,900")
    assert found["overflow"] <= 0


def test_the_page_is_whole_without_its_script(pages, tmp_path):
    html, count = re.subn(r"<script>.*?</script>", "", pages("three"), flags=re.DOTALL)
    assert count == 1
    found, logged = probed(html, tmp_path)
    assert logged == [] and found["scripted"] == 0 and found["dialog"] is None
    assert len(found["figures"]) >= 7 and all(width > 200 and height > 60 for _, width, height in found["figures"])


def test_the_page_prints(pages, tmp_path):
    path, pdf = tmp_path / "report.html", tmp_path / "report.pdf"
    path.write_text(pages("three"), encoding="utf-8")
    chromium(path, tmp_path / "profile", f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    data = pdf.read_bytes()
    assert data.startswith(b"%PDF") and len(data) > 20_000
