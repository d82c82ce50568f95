"""Draws a dashboard of Grafana from the answers of Prometheus, as SVG: an approximation of what Grafana shows."""

import html
import math
import re
import textwrap

WIDTH, COLUMN = 744, 31
ROW = 25
COLOURS = ("#4e9f3d", "#d98e04", "#3d85c6", "#cc4b37", "#8e63c6", "#1f9e9e", "#c2569b", "#8a7a2f", "#6f7f8f", "#a5603a")
LEVELS = {"green": COLOURS[0], "orange": COLOURS[1], "red": COLOURS[3]}
STYLE = """
text { font: 10.5px system-ui, sans-serif; fill: #24292f }
.small { font-size: 9.5px }
.faint { fill: #57606a }
.title { font-weight: 600 }
.stat { font-size: 17px; font-weight: 600 }
.card { fill: #f3f4f6 } .panel { fill: #fff; stroke: #d8dce1 } .grid { stroke: #e3e6ea } .fault { fill: #d0432b; opacity: .1 }
path { fill: none; stroke-width: 1.4; stroke-linejoin: round }
@media (prefers-color-scheme: dark) {
text { fill: #d8dde3 } .faint { fill: #9aa4af }
.card { fill: #15181c } .panel { fill: #1d2126; stroke: #343a42 } .grid { stroke: #30363d } .fault { opacity: .25 }
}
"""


def queries(panel, interval, span):
    """The queries of a panel with the variables that Grafana replaces, each with the pattern of its legend."""
    for target in panel["targets"]:
        query = target["expr"].replace("$__rate_interval", f"{round(interval * 1000)}ms")
        query = query.replace("$__range", f"{round(span)}s")
        yield re.sub(r"\$(job|instance)\b", ".*", query), target["legendFormat"]


def named(pattern, labels):
    """The name of a series in the legend."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), pattern).strip() or "value"


def shown(value, unit):
    """A value with its unit, as short as it may be."""
    if unit == "percentunit":
        return f"{value * 100:.3g}%"
    if unit == "s" and 0 < value < 1:
        return f"{value * 1000:.3g} ms"
    if unit == "s" and value >= 120:
        return f"{value / 60:.3g} min"
    size, letters = (1024, ("", "Ki", "Mi", "Gi")) if unit == "bytes" else (1000, ("", "k", "M", "G"))
    power = min(int(math.log(value, size)), 3) if value >= size else 0
    ending = {"s": " s", "reqps": "/s", "ops": "/s", "bytes": "B"}.get(unit, "")
    return f"{value / size**power:.3g}{' ' if unit == 'bytes' else ''}{letters[power]}{ending}"


def ceiling(value, unit=""):
    """The next round number, in the unit."""
    if value <= 0:
        return 1
    whole = 1024 ** int(math.log(value, 1024)) if unit == "bytes" and value >= 1 else 1
    power = whole * 10 ** math.floor(math.log10(value / whole))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999)


def text(x, y, words, kind="", anchor="start"):
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}" text-anchor="{anchor}">{html.escape(words)}</text>'


class Picture:
    """One row of the dashboard, with the span of the run and the faults in it."""

    def __init__(self, start, end, minute, faults):
        self.start, self.end, self.minute, self.faults = start, end, minute, faults
        self.parts = []
        self.bottom = 0

    def panel(self, panel, top, series):
        """Adds a panel of series: name and points."""
        position = panel["gridPos"]
        x, y = position["x"] * COLUMN, (position["y"] - top) * ROW
        width, height = position["w"] * COLUMN - 6, position["h"] * ROW - 6
        self.bottom = max(self.bottom, y + height + 6)
        self.parts.append(f'<g transform="translate({x + 3},{y + 3})">')
        self.parts.append(f'<rect class="panel" width="{width}" height="{height}" rx="3"/>')
        for number, words in enumerate(textwrap.wrap(panel["title"], int((width - 10) / 6))):
            self.parts.append(text(7, 15 + 13 * number, words, "title"))
        unit = panel["fieldConfig"]["defaults"]["unit"]
        if panel["type"] == "stat":
            self._stat(panel, series, unit, width, height)
        else:
            is_stacked = panel["fieldConfig"]["defaults"]["custom"]["stacking"]["mode"] == "normal"
            self._lines(stacked(series) if is_stacked else series, unit, width, height)
        self.parts.append("</g>")

    def _stat(self, panel, series, unit, width, height):
        name, points = series[0] if series else ("", [])
        if panel["options"]["textMode"] == "name":
            for number, part in enumerate(name.split()):
                self.parts.append(text(width / 2, height / 2 + 2 + 13 * number, part, anchor="middle"))
            return
        value = points[-1][1] if points else None
        steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        reached = [step["color"] for step in steps if value is not None and value >= (step["value"] or 0)]
        style = f'style="fill:{LEVELS[reached[-1]]}" ' if reached else ""
        words = text(width / 2, height / 2 + 20, "No data" if value is None else shown(value, unit), "stat", "middle")
        self.parts.append(words.replace("<text ", f"<text {style}"))

    def _lines(self, series, unit, width, height):
        legend = self._legend(series, width)
        left, top, right, bottom = 46, 32, width - 8, height - 22 - 13 * len(legend)
        most = ceiling(max((value for _, points in series for _, value in points), default=0), unit)
        across = (right - left) / (self.end - self.start)
        for number, (first, last) in enumerate(self.faults, 1):
            x = left + (first - self.start) * across
            size = f'width="{(last - first) * across:.1f}" height="{bottom - top}"'
            self.parts.append(f'<rect class="fault" x="{x:.1f}" y="{top}" {size}/>')
            self.parts.append(text(x + (last - first) * across / 2, top - 2, str(number), "small faint", "middle"))
        for part in (0, 0.5, 1):
            y = bottom - (bottom - top) * part
            self.parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y:g}" y2="{y:g}"/>')
            self.parts.append(text(left - 4, y + 3.5, shown(most * part, unit), "small faint", "end"))
        total = (self.end - self.start) / self.minute
        step = ceiling(total / (6 if width > 200 else 5))
        for number in range(int(total / step) + 1):
            words = f"{number * step:g}" + (" min" if number == int(total / step) else "")
            at = left + number * step * self.minute * across
            self.parts.append(text(at, bottom + 13, words, "small faint", "middle"))
        for number, (_, points) in enumerate(series):
            path = line([(left + (at - self.start) * across, bottom - (bottom - top) * value / most) for at, value in points])
            self.parts.append(f'<path stroke="{COLOURS[number % len(COLOURS)]}" d="{path}"/>')
        if not series:
            self.parts.append(text((left + right) / 2, (top + bottom) / 2, "No data", "faint", "middle"))
        for row, entries in enumerate(legend):
            for x, number, name in entries:
                y = height - 7 - 13 * (len(legend) - 1 - row)
                self.parts.append(f'<rect x="{x}" y="{y - 6}" width="9" height="3" fill="{COLOURS[number % len(COLOURS)]}"/>')
                self.parts.append(text(x + 12, y, name, "small"))

    @staticmethod
    def _legend(series, width):
        """Lines of entries: their place, the number of the series, its name."""
        lines, x = [[]], 8
        for number, (name, _) in enumerate(series):
            if len(name) * 5.2 + 12 > width - 16:
                name = name[: int((width - 40) / 5.2)] + "…"
            needed = 22 + len(name) * 5.2
            if lines[-1] and x + needed > width:
                lines.append([])
                x = 8
            lines[-1].append((round(x), number, name))
            x += needed
        return lines[:5]

    def svg(self):
        """The whole picture."""
        size = f'viewBox="0 0 {WIDTH} {self.bottom}" width="{WIDTH}" height="{self.bottom}"'
        card = f'<rect class="card" width="{WIDTH}" height="{self.bottom}"/>'
        lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', f"<style>{STYLE}</style>", card, *self.parts, "</svg>\n"]
        return "\n".join(lines)


def stacked(series):
    """The series, each on top of those before."""
    sums, result = {}, []
    for name, points in series:
        for at, value in points:
            sums[at] = sums.get(at, 0) + value
        result.append((name, [(at, sums[at]) for at, _ in points]))
    return result


def line(points):
    """A path through points. It breaks where values are missing."""
    gap = 1.9 * min((b[0] - a[0] for a, b in zip(points, points[1:])), default=0)
    parts, before = [], None
    for x, y in points:
        parts.append(f"{'L' if before is not None and x - before <= gap else 'M'}{x:.1f} {y:.1f}")
        before = x
    return "".join(parts)
