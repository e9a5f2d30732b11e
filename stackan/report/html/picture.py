"""The chain of the cause as a drawing: a row of boxes for each step, from those that wait down to what they wait for.

Its colors stand in attributes, so that it can be read where a server's policy takes the page's style away.
"""

from __future__ import annotations

from stackan.model.records import NamedTuple
from stackan.model.said import said
from stackan.report.chain import POOL, RESOURCE, SOMEONE_ELSE, Chain, Link, behind_words
from stackan.report.html.markup import Markup, element, joined
from stackan.report.html.report import Report
from stackan.report.layout import columns, cut, wrap

_WIDEST = 36  # columns of a line in a box
_LINES = 2  # of its title, and of what is said below it
_LABEL = 24  # columns of a line beside an arrow
_TITLE, _COLUMN, _LINE, _PADDING, _GAP, _STEP = 8.6, 7.4, 18, 12, 24, 54  # pixels; a step is the way from one row to the next
_LEFT, _TURN = 8, 22  # margin, and how far out arrows that lead back turn
_FILLS = {RESOURCE: ("#fff4d6", "#7a5600"), POOL: ("#e8e3fb", "#4b3b9c"), SOMEONE_ELSE: ("#eeeeee", "#555555")}
_CONCERNED, _ROOT, _OTHER = ("#fde7e0", "#a33c00"), ("#deebff", "#0b4fb3"), ("#f2f4f7", "#4a5560")
_INK = "#1b1f24"


class _Box(NamedTuple):
    left: float
    top: float
    width: float
    height: float
    lines: tuple[str, ...]
    title: int  # how many of the lines are its title

    @property
    def middle(self) -> float:
        return self.left + self.width / 2


def picture(chain: Chain, report: Report) -> Markup:
    """The drawing, and the same in words below it for those who do not see it."""
    behind = [report.say(words) for words in behind_words(chain)]
    top = _LEFT + (_LINE * len(behind) + 26 if behind else 0)
    boxes = _placed(chain, top)
    right = max(box.left + box.width for box in boxes)
    bottom = max(box.top + box.height for box in boxes)
    width = right + (2 * _TURN + _LABEL * _COLUMN if any(arrow.back for arrow in chain.arrows) else _LEFT)
    words = steps_in_words(chain, report)
    drawn = [
        *_behind(behind, boxes[0]),
        *(_arrow(chain, at, boxes, right) for at in range(len(chain.arrows))),
        *(_box(link, box, report) for link, box in zip(chain.links, boxes)),
    ]
    svg = element(
        "svg",
        *drawn,
        viewBox=f"0 0 {width:.0f} {bottom + _LEFT:.0f}",
        width=f"{width:.0f}",
        height=f"{bottom + _LEFT:.0f}",
        role="group",
        aria_label=report.say(said("chain of the cause")),
        font_family="system-ui, sans-serif",
        font_size="13",
        class_="chain",
    )
    steps = element("ol", *(element("li", step) for step in words), class_="steps")
    scroller = element("div", svg, class_="wide", tabindex="0", role="region", aria_label=report.say(said("chain of the cause")))
    return element("figure", scroller, element("figcaption", steps))


def steps_in_words(chain: Chain, report: Report) -> list[str]:
    """`LWP 17 transfer, in lock → waits for → mutex 0x5587d1784140`"""
    words = [report.say(each) for each in behind_words(chain)]
    for arrow in chain.arrows:
        words.append(f"{_named(chain.links[arrow.waiter])} → {arrow.words} → {_named(chain.links[arrow.supplier])}")
    if not chain.arrows:
        words += map(_named, chain.links)
    return words


def _named(link: Link) -> str:
    return f"{link.title} ({link.detail})" if link.detail else link.title


def _lines(words: str, width: int) -> tuple[str, ...]:
    """The words on at most so many lines."""
    lines = list(wrap(words, width))
    if len(lines) > _LINES:
        lines[_LINES - 1 :] = [cut(" ".join(lines[_LINES - 1 :]), width)]
    return tuple(lines)


def _placed(chain: Chain, top: float) -> list[_Box]:
    """A place for each link: rows one below the other, each in the middle."""
    titles = [_lines(link.title, _WIDEST) for link in chain.links]
    texts = [(*title, *_lines(link.detail, _WIDEST + 4)) for title, link in zip(titles, chain.links)]
    widths = [
        max(90, *(columns(line) * (_TITLE if at < len(title) else _COLUMN) for at, line in enumerate(lines))) + 2 * _PADDING
        for title, lines in zip(titles, texts)
    ]
    rows = [sum(widths[at] for at in row) + _GAP * (len(row) - 1) for row in chain.rows]
    placed: dict[int, _Box] = {}
    for row, wide in zip(chain.rows, rows):
        left = _LEFT + (max(rows) - wide) / 2
        height = max(len(texts[at]) for at in row) * _LINE + 2 * _PADDING - 4
        for at in row:
            placed[at] = _Box(left, top, widths[at], height, texts[at], len(titles[at]))
            left += widths[at] + _GAP
        top += height + _STEP
    return [placed[at] for at in range(len(chain.links))]


def _box(link: Link, box: _Box, report: Report) -> Markup:
    fill, stroke = _FILLS.get(link.kind) or (_CONCERNED if link.concerned else _ROOT if link.root else _OTHER)
    kind = link.kind if link.kind in _FILLS else "concerned" if link.concerned else "root" if link.root else "thread"
    shape = element(
        "rect",
        x=f"{box.left:.1f}",
        y=f"{box.top:.1f}",
        width=f"{box.width:.1f}",
        height=f"{box.height:.1f}",
        rx=str(int(box.height / 2)) if link.kind == RESOURCE else "3",
        fill=fill,
        stroke=stroke,
        stroke_width="2.5" if link.root or link.concerned else "1.5",
        stroke_dasharray="5 3" if link.kind == SOMEONE_ELSE else None,
    )
    lines = [
        element(
            "text",
            line,
            x=f"{box.middle:.1f}",
            y=f"{box.top + _PADDING + 11 + at * _LINE:.1f}",
            text_anchor="middle",
            fill=_INK,
            font_weight="600" if at < box.title else None,
        )
        for at, line in enumerate(box.lines)
    ]
    drawn = element("g", element("title", _named(link)), shape, *lines, class_=f"box {kind}")
    if not link.threads:
        return drawn
    return report.link(link.threads[0][1], drawn)


def _arrow(chain: Chain, at: int, boxes: list[_Box], right: float) -> Markup:
    """Straight down to the next row, or around the right side to a row before; its words stand where it ends."""
    arrow = chain.arrows[at]
    begin, end = boxes[arrow.waiter], boxes[arrow.supplier]
    if arrow.back:
        number = [each for each in range(len(chain.arrows)) if chain.arrows[each].back].index(at)
        x, y = begin.left + begin.width, begin.top + begin.height / 2
        to_x, to_y = end.left + end.width, end.top + end.height / 2 + 6 * (number % 3)
        turn = right + _TURN + 8 * (number % 4)
        way = f"M{x:.1f} {y:.1f}C{turn:.1f} {y:.1f} {turn:.1f} {to_y:.1f} {to_x + 7:.1f} {to_y:.1f}"
        head = f"M{to_x:.1f} {to_y:.1f}l9 -5v10z"
        words = _label(arrow.words, right + _TURN + 4, to_y + 26 + 34 * (number % 2), "start")
    else:
        x, y, to_x, to_y = begin.middle, begin.top + begin.height, end.middle, end.top
        bend = (y + to_y) / 2
        way = f"M{x:.1f} {y:.1f}C{x:.1f} {bend:.1f} {to_x:.1f} {bend:.1f} {to_x:.1f} {to_y - 7:.1f}"
        head = f"M{to_x:.1f} {to_y:.1f}l-5 -9h10z"
        first = next(each for each in chain.arrows if each.supplier == arrow.supplier and each.words == arrow.words and not each.back)
        words = _label(arrow.words, to_x, to_y - 16, "middle") if first is arrow else []
    return element(
        "g",
        element("path", d=way, fill="none", stroke="#5b6470", stroke_width="1.6", stroke_dasharray=None if arrow.sure else "5 4"),
        element("path", d=head, fill="#5b6470"),
        *words,
        class_="arrow",
    )


def _label(words: str, x: float, y: float, anchor: str) -> list[Markup]:
    """Words over a line, which is hidden around them; the last of their lines at this height."""
    lines = list(wrap(words, _LABEL))
    look = {"fill": "#444c56", "stroke": "#ffffff", "stroke_width": "4", "paint_order": "stroke", "font_size": "12", "text_anchor": anchor}
    return [element("text", line, x=f"{x:.1f}", y=f"{y - 13 * (len(lines) - 1 - at):.1f}", **look) for at, line in enumerate(lines)]


def _behind(words: list[str], first: _Box) -> list[Markup]:
    """Those who stand behind, above the first row."""
    if not words:
        return []
    lines = [
        element("text", line, x=f"{max(first.middle, 150):.1f}", y=str(_LEFT + 12 + at * _LINE), text_anchor="middle", fill=_INK)
        for at, line in enumerate(words)
    ]
    end = first.top
    stem = element("path", d=f"M{first.middle:.1f} {end - 24:.1f}V{end - 8:.1f}", stroke="#5b6470", stroke_width="1.6", fill="none")
    head = element("path", d=f"M{first.middle:.1f} {end:.1f}l-5 -9h10z", fill="#5b6470")
    return [element("g", joined([*lines, stem, head]), class_="arrow behind")]
