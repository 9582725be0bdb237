"""How figures look: sizes, colours, units and numbers. Nothing here touches matplotlib's global state.

Colours of excitation and inhibition differ in hue (blue, red) and are told apart with every kind of colour blindness.
Text and lines use fixed marker colours, which the HTML report replaces by those of the page (light or dark).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import numpy as np

from braincore.errors import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 8.0  # inches; the report's column is as wide, so that fonts appear at their own size
FONT = 9.0
SMALL = 8.0
LINE_HEIGHT = 11.0  # points between two lines of small text

INK = "#1f2329"
FAINT = "#cdd3db"
EXCITATORY = "#2b6cb0"
INHIBITORY = "#c53030"
NEUTRAL = "#6b7280"
SIGN_COLOURS = {"E": EXCITATORY, "I": INHIBITORY, "": NEUTRAL}
SIGN_NAMES = {"E": "excitatory", "I": "inhibitory", "": "no sign given"}
SERIES = ("#2b6cb0", "#b7791f", "#2f855a", "#805ad5", "#c53030", "#0e7490", "#9d174d", "#6b7280")
LINE_STYLES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1, 1, 1)))
SEQUENTIAL = "viridis"

_PREFIXES = (
    (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"), (1e-15, "f"),
)  # fmt: skip
_SI_SYMBOLS = {"volt": "V", "amp": "A", "ampere": "A", "siemens": "S", "second": "s", "hertz": "Hz", "farad": "F",
               "ohm": "Ω", "coulomb": "C", "meter": "m", "metre": "m"}  # fmt: skip
_SCALED = frozenset({"V", "A", "S", "s", "F", "Ω", "C", "m"})


def new_figure(height: float = 3.2, width: float = WIDTH) -> Figure:
    """Return an empty figure of our size in inches, laid out so that nothing overlaps."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    engine: Any = figure.get_layout_engine()
    engine.set(w_pad=0.04, h_pad=0.06, hspace=0.04, wspace=0.04)
    return figure


def axes(ax: Axes | None, height: float = 3.2, width: float = WIDTH) -> Axes:
    """Return `ax`, or axes in a new figure."""
    return new_figure(height, width).add_subplot() if ax is None else ax


_laid_out: WeakSet[Any] = WeakSet()


def height_of(ax: Axes, *, exact: bool = False) -> float:
    """Return the height of axes in points as the figure's layout makes it.

    The layout is worked out once for each figure, which is exact enough for deciding what there is room for, or again
    if `exact`.
    """
    figure = ax.get_figure(root=True)
    if figure is not None and (exact or figure not in _laid_out):
        lay_out(figure)
        _laid_out.add(figure)
    return float(ax.get_window_extent().height) / ax.figure.dpi * 72


def lay_out(figure: Figure) -> None:
    """Give the axes of a figure the places that its layout finds for them."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)


def tidy(ax: Axes, *, grid: str = "") -> Axes:
    """Give axes the style of all our figures: small dark text, no box, and a faint grid along `grid` (x, y or both)."""
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set(color=INK, linewidth=0.8)
    ax.tick_params(axis="both", which="both", labelsize=SMALL, colors=INK, labelcolor=INK, width=0.8)
    ax.tick_params(axis="both", which="minor", labelsize=SMALL, width=0.5)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set(fontsize=FONT, color=INK)
    ax.title.set(fontsize=FONT, color=INK)
    ax.patch.set_visible(False)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis=grid, color=FAINT, linewidth=0.5)  # type: ignore[arg-type]
    return ax


def legend(ax: Axes, **options: Any) -> None:
    """Add a legend without a frame, outside the data where there is more than one entry to place."""
    handles = options.pop("handles", None) or ax.get_legend_handles_labels()[0]
    if not handles:
        return
    given = {"loc": "lower right", "bbox_to_anchor": (1.0, 1.0), "ncols": min(len(handles), 6), **options}
    ax.legend(
        handles=handles, frameon=False, fontsize=SMALL, labelcolor=INK, borderaxespad=0.2, columnspacing=1.2,
        handlelength=1.6, **given,
    )  # fmt: skip


def colour_bar(ax: Axes, drawn: Any, label: str, **options: Any) -> Any:
    """Add a narrow colour bar to the right of `ax`."""
    figure = ax.get_figure()
    bar = figure.colorbar(drawn, ax=ax, pad=0.015, fraction=0.03, aspect=40, **options)  # type: ignore[union-attr]
    bar.set_label(label, fontsize=FONT, color=INK)
    bar.ax.tick_params(which="both", labelsize=SMALL, colors=INK, labelcolor=INK)
    bar.outline.set_visible(False)  # type: ignore[operator]
    return bar


def root_norm(top: float) -> Any:
    """Return colours that follow the square root of a rate: a few Hz are seen beside a hundred."""
    from matplotlib.colors import PowerNorm

    return PowerNorm(0.5, vmin=0.0, vmax=top)


def empty(ax: Axes, message: str) -> Axes:
    """Say on the axes why there is nothing to draw."""
    tidy(ax)
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.text(0.5, 0.5, literal(message, 90), transform=ax.transAxes, ha="center", va="center", fontsize=FONT, color=INK)
    return ax


def literal(text: str, limit: int = 28) -> str:
    """Return a name as matplotlib will show it unchanged: no mathematics, no control characters, not too long."""
    shown = shorten(printable(str(text)).replace("\n", " "), limit)
    return shown.replace("$", r"\$")


def shorten(text: str, limit: int) -> str:
    """Cut the middle out of a text that is longer than `limit`."""
    if len(text) <= limit:
        return text
    head = (limit - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"


def colour(sign: str) -> str:
    """Return the colour of a sign (``E``, ``I`` or nothing)."""
    return SIGN_COLOURS.get(sign, NEUTRAL)


def series(index: int) -> tuple[str, Any]:
    """Return colour and line style number `index`, which differ for the first 32."""
    return SERIES[index % len(SERIES)], LINE_STYLES[(index // len(SERIES)) % len(LINE_STYLES)]


def readable_unit(unit: str, values: Any) -> tuple[float, str]:
    """Return what to multiply `values` by, and the unit to write then: SI prefixes that keep numbers near 1 to 1000.

    >>> readable_unit("V", [-0.065, -0.05])
    (1000.0, 'mV')
    """
    symbol = _SI_SYMBOLS.get(unit, unit)
    if symbol not in _SCALED:
        return 1.0, "" if symbol == "1" else literal(symbol.replace("**", "^"), 16)
    finite = np.abs(np.asarray(values, dtype=float))
    finite = finite[np.isfinite(finite) & (finite > 0)]
    top = float(finite.max()) if finite.size else 1.0
    scale, prefix = next((entry for entry in _PREFIXES if top >= entry[0] * 0.9999), _PREFIXES[-1])
    return 1.0 / scale if scale >= 1 else float(f"1e{-round(math.log10(scale))}"), prefix + symbol


def number(value: Any, digits: int = 3) -> str:
    """Write a number for people: a few significant digits, – where there is none.

    >>> number(0.9034), number(77169), number(10.0), number(None)
    ('0.903', '77,169', '10', '–')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and abs(value) < 1e15 and float(value).is_integer():
        return f"{int(value):,}"
    return measured(value, digits)


def measured(value: Any, digits: int = 3) -> str:
    """Write a measured number with `digits` significant digits, zeros at its end included.

    >>> measured(8.0), measured(0), measured(2.5e-9)
    ('8.00', '0', '2.50·10⁻⁹')
    """
    if value is None or not math.isfinite(value):
        return "–"
    value = float(value)
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        return f"{value:,.{decimals}f}"
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    return f"{mantissa}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def decimal(value: float | None) -> str:
    """Write a plain ratio with two decimals, – where there is none.

    >>> decimal(0.8371), decimal(1e-15), decimal(None)
    ('0.84', '0.00', '–')
    """
    return "–" if value is None or not math.isfinite(value) else f"{value:.2f}"


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def nice_step(target: float) -> float:
    """Return the 1, 2 or 5 times a power of ten nearest above `target`.

    >>> nice_step(0.0013)
    0.002
    """
    power = 10.0 ** math.floor(math.log10(target))
    return float(f"{next(m for m in (1, 2, 5, 10) if m * power >= target * (1 - 1e-9)) * power:.3g}")


def plain_log(ax: Axes, which: str = "x") -> None:
    """Label a logarithmic axis with plain numbers (0.1, 1, 10) instead of powers in tiny type."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for name in which:
        axis = ax.xaxis if name == "x" else ax.yaxis
        low, high = sorted(axis.get_view_interval())
        subs = (1.0, 2.0, 5.0) if low > 0 and high / low < 500 else (1.0,)
        axis.set_major_locator(LogLocator(subs=subs, numticks=8))
        axis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:g}" if 1e-4 < value < 1e3 else number(value, 1))
        )
        axis.set_minor_formatter(NullFormatter())
