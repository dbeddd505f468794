"""Charts as SVG, written by hand: bars and dots of ratios, and lines over logarithmic axes.

They follow the reader's light or dark.
"""

import html
import math

STYLE = """<style>
  svg { --page: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d8dee4; --bar: #2f6fde; --over: #c2571a;
        --s0: #2f6fde; --s1: #c2571a; --s2: #2a7f3f; --s3: #8a4fbf; --s4: #b3214f; --s5: #0f7f8c; --s6: #7a6a00;
        --s7: #59636e }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0d1117; --ink: #e6edf3; --faint: #9198a1; --grid: #30363d; --bar: #6ea0ff; --over: #f0883e;
          --s0: #6ea0ff; --s1: #f0883e; --s2: #5fc27e; --s3: #c297ff; --s4: #ff7b9c; --s5: #4fc8d6; --s6: #d8c24a;
          --s7: #9198a1 }
  }
  .page { fill: var(--page) }
  text { fill: var(--ink); font: 13px system-ui, sans-serif }
  .title { font-size: 15px; font-weight: 600 }
  .faint { fill: var(--faint); font-size: 12px }
  .end { text-anchor: end }
  .middle { text-anchor: middle }
  .grid { stroke: var(--grid); stroke-width: 1 }
  .limit { stroke: var(--ink); stroke-width: 1.5 }
  .spread { stroke: var(--ink); stroke-width: 1.5; opacity: .7 }
  .bar { fill: var(--bar) }
  .over { fill: var(--over) }
  .line { fill: none; stroke-width: 2 }
  .mark { stroke: var(--page); stroke-width: 1 }
</style>"""


def text(x, y, content, kind=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{html.escape(content)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def document(width, height, title, parts):
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{html.escape(title, quote=True)}">',
        STYLE, f'<rect class="page" width="{width}" height="{height}" rx="6"/>', text(16, 26, title, "title"), *parts,
        "</svg>", ""])


def bars(title, subtitle, rows):
    """`rows`: (name, ratio, lowest, highest). The line at 1 is the limit; of a bar that outgrows
    the axis only the number tells how far."""
    width, left, right, top, step = 860, 250, 70, 62, 26
    height = top + step * len(rows) + 34
    largest = max((highest for _, _, _, highest in rows), default=1.0)
    ends = nice_step(min(max(largest * 1.05, 1.5), 4.0), 5)
    axis_end = math.ceil(min(max(largest * 1.05, 1.5), 4.0) / ends) * ends
    scale = (width - left - right) / axis_end
    bottom = top + step * len(rows)

    def at(value):
        return left + min(value, axis_end) * scale

    parts = [text(16, 46, subtitle, "faint")]
    for tick in range(round(axis_end / ends) + 1):
        value = tick * ends
        parts.append(line(at(value), top - 4, at(value), bottom, "grid"))
        parts.append(text(at(value), bottom + 18, f"{value:g}", "faint middle"))
    for number, (name, ratio, lowest, highest) in enumerate(rows):
        y = top + number * step
        kind = "bar" if ratio <= 1.05 else "over"
        parts.append(text(left - 10, y + 15, name, "end"))
        length = max(at(ratio) - left, 1)
        parts.append(f'<rect class="{kind}" x="{left}" y="{y + 4}" width="{length:.1f}" height="14" rx="2"/>')
        if lowest < highest:
            parts.append(line(at(lowest), y + 11, at(highest), y + 11, "spread"))
        parts.append(text(width - 16, y + 15, f"{ratio:.2f}", "end"))
    parts.append(line(at(1), top - 4, at(1), bottom, "limit"))
    return document(width, height, title, parts)


def dots(title, subtitle, names, rows):
    """`rows`: (case, {name: ratio}) over a logarithmic axis, a colour for each of `names`, the line at 1."""
    width, left, right, top, step = 860, 250, 150, 62, 24
    height = top + step * len(rows) + 34
    values = [value for _, ratios in rows for value in ratios.values()]
    low = math.log10(min([0.7, *(value * 0.9 for value in values)]))
    high = math.log10(max([3.0, *(value * 1.1 for value in values)]))
    bottom = top + step * len(rows)

    def at(value):
        return left + (math.log10(value) - low) / (high - low) * (width - left - right)

    parts = [text(16, 46, subtitle, "faint")]
    for value in ticks(low, high, (1, 2, 5)):
        parts += [line(at(value), top - 4, at(value), bottom, "limit" if value == 1 else "grid"),
                  text(at(value), bottom + 18, short(value), "faint middle")]
    for number, (case, ratios) in enumerate(rows):
        y = top + number * step + 11
        parts += [text(left - 10, y + 4, case, "end"), line(left, y, width - right, y, "grid")]
        parts += [f'<circle class="mark" style="fill: var(--s{names.index(name) % 8})" cx="{at(value):.1f}" cy="{y}" r="5">'
                  f"<title>{html.escape(name)} {value:.2f}</title></circle>" for name, value in ratios.items()]
    return document(width, height, title, parts + legend(names, width - right + 16, top))


def legend(names, x, top):
    parts = []
    for number, name in enumerate(names):
        y = top + 14 + number * 22
        parts.append(f'<rect style="fill: var(--s{number % 8})" x="{x}" y="{y - 9}" width="12" height="12" rx="2"/>')
        parts.append(text(x + 18, y + 2, name))
    return parts


def lines(title, x_name, y_name, series):
    """`series`: (name, [(x, y)]), over logarithmic axes. Points that are not there are left out."""
    series = [(name, [(x, y) for x, y in points if x > 0 and y and y > 0]) for name, points in series]
    series = [(name, points) for name, points in series if points]
    width, height, left, right, top, bottom = 720, 400, 76, 170, 62, 348
    if not series:
        return document(width, 80, title, [text(16, 52, "nothing was measured", "faint")])
    xs = [x for _, points in series for x, _ in points]
    ys = [y for _, points in series for _, y in points]
    x_low, x_high = math.log10(min(xs)), math.log10(max(xs))
    x_high = max(x_high, x_low + 0.1)
    y_low, y_high = math.log10(min(ys)), math.log10(max(ys))
    # At least a decade, or the noise of a flat line would look like mountains.
    spare = max(1.0 - (y_high - y_low), 0.1) / 2
    y_low, y_high = y_low - spare, y_high + spare

    def at(x, y):
        return (left + (math.log10(x) - x_low) / (x_high - x_low) * (width - left - right),
                bottom - (math.log10(y) - y_low) / (y_high - y_low) * (bottom - top))

    parts = [text(16, 46, y_name, "faint")]
    for value in ticks(y_low, y_high, (1, 2, 5)):
        y = at(10 ** x_low, value)[1]
        parts += [line(left, y, width - right, y, "grid"), text(left - 8, y + 4, short(value), "faint end")]
    for value in ticks(x_low, x_high, (1,) if x_high - x_low > 2 else (1, 2, 5)):
        x = at(value, 10 ** y_low)[0]
        parts += [line(x, top, x, bottom, "grid"), text(x, bottom + 18, short(value), "faint middle")]
    parts.append(text((left + width - right) / 2, bottom + 38, x_name, "faint middle"))
    for number, (_, points) in enumerate(series):
        color = f"var(--s{number % 8})"
        places = [at(x, y) for x, y in points]
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline class="line" style="stroke: {color}" points="{corners}"/>')
        parts += [f'<circle class="mark" style="fill: {color}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in places]
    return document(width, height, title, parts + legend([name for name, _ in series], width - right + 16, top))


def ticks(low, high, steps):
    """The round numbers between two powers of ten."""
    return [step * 10.0 ** power for power in range(math.floor(low), math.ceil(high) + 1) for step in steps
            if low - 1e-9 <= math.log10(step) + power <= high + 1e-9]


def nice_step(length, parts):
    """The smallest round step of which `parts` or fewer span the length."""
    rough = length / parts
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough)


def short(value):
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"
