"""Pictures of numbers as inline SVG, in whole numbers and without a library.

Put here how a row of figures is drawn. Colours are classes of the page that shows it,
so that a picture follows dark mode and paper; which figures are drawn is
`report_sections.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 280
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 16, 52
BAR_WIDTH = 1000
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Group:
    """What stands above one label of the axis: two columns and a dot."""

    label: str
    revenue: int
    cost: int
    margin: int | None
    is_final: bool = True


def bar(value: int | None, lowest: int, highest: int, style: str = "gain") -> str:
    """One bar of a column of bars that share a scale and a zero.

    It carries no words: the number stands in the same row of the table.
    """
    low, high = min(lowest, 0), max(highest, 0)
    span = high - low
    if not value or not span:
        return ""
    zero = -low * BAR_WIDTH // span
    width = max(abs(value) * BAR_WIDTH // span, 4)
    start = zero if value > 0 else max(zero - width, 0)
    style = style if value > 0 else "loss"
    return (
        '<svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none"'
        ' aria-hidden="true" focusable="false">'
        f'<rect class="{style}" x="{start}" y="1" width="{width}" height="8"/>'
        f'<rect class="zero" x="{max(zero - 1, 0)}" y="0" width="2" height="10"/></svg>'
    )


def columns(groups: Sequence[Group], title: str, words: str) -> str:
    """Revenue and cost side by side for each month, the margin as a dot.

    `words` says what is seen to those who cannot see it.
    """
    if not groups:
        return ""
    values = [
        n
        for group in groups
        for n in (group.revenue, group.cost, group.margin)
        if n is not None
    ]
    scale = Scale(min(0, *values), max(1, *values))
    parts = [gridline(scale, tick) for tick in scale.ticks()]
    room = (WIDTH - LEFT - RIGHT) // len(groups)
    for place, group in enumerate(groups):
        parts += _group(scale, group, LEFT + place * room, room)
    return (
        f'<svg class="columns" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(title)}. {escape(words)}">{"".join(parts)}</svg>'
    )


@dataclass(frozen=True)
class Scale:
    """Cents to heights, the highest amount on top."""

    low: int
    high: int

    def y(self, value: int) -> int:
        drawn = HEIGHT - TOP - BOTTOM
        return TOP + (self.high - value) * drawn // (self.high - self.low)

    def ticks(self) -> list[int]:
        """Round amounts, about four of them, zero among them."""
        step = 100
        for power in range(2, 18):
            fitting = [
                size * 10**power
                for size in STEPS
                if (self.high - self.low) // (size * 10**power) <= 4
            ]
            if fitting:
                step = fitting[0]
                break
        first = -(-self.low // step) * step
        return list(range(first, self.high + 1, step))


def gridline(scale: Scale, tick: int) -> str:
    """A faint line with its amount in whole units of the currency."""
    y = scale.y(tick)
    style = "axis" if tick == 0 else "grid"
    sign = "−" if tick < 0 else ""
    return (
        f'<line class="{style}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        f'<text class="tick" x="{LEFT - 8}" y="{y + 4}">'
        f"{sign}{abs(tick) // 100:,}</text>"
    )


def _group(scale: Scale, group: Group, left: int, room: int) -> list[str]:
    width = max(min(room * 3 // 10, 26), 2)
    middle = left + room // 2
    state = "" if group.is_final else " open"
    month, _, year = group.label.partition(" ")
    lines = [month, year] if month == "Jan" or left == LEFT else [month]
    words = [
        f'<text class="label" x="{middle}" y="{HEIGHT - 28 + 20 * row}">'
        f"{escape(line)}</text>"
        for row, line in enumerate(lines)
    ]
    dot = ""
    if group.margin is not None:
        y = scale.y(group.margin)
        dot = f'<circle class="margin" cx="{middle}" cy="{y}" r="4"/>'
    return [
        _column(scale, group.revenue, middle - width, width, f"revenue{state}"),
        _column(scale, group.cost, middle, width, f"cost{state}"),
        dot,
        *words,
    ]


def _column(scale: Scale, value: int, x: int, width: int, style: str) -> str:
    top, bottom = scale.y(max(value, 0)), scale.y(min(value, 0))
    return (
        f'<rect class="{style}" x="{x}" y="{top}" width="{width - 1}"'
        f' height="{bottom - top}"/>'
    )
