"""A summary or a digest as one page that can be sent to a colleague: nothing to fetch, nothing to run."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape as escape_html
from importlib.resources import files
from string import Template

from bot import texts
from bot.layout import CONTROLS
from bot.render import whereabouts
from bot.texts import Say
from bot.views import Group, Note, Part, Point, SummaryView

_LANGUAGES = {"hans": "zh-Hans", "hant": "zh-Hant"}


def escape(text: str) -> str:
    """Escape a report's words, which are not to be trusted, and drop what HTML does not allow."""
    return escape_html(CONTROLS.sub("", text))


def summary_html(view: SummaryView, say: Say, picture: bytes | None = None) -> str:
    """Lay the page out; a `picture` is a PNG that the page carries in itself."""
    template = Template(files("bot").joinpath("summary.html").read_text(encoding="utf-8"))
    return template.substitute(
        page_language="en" if say.language == "en" else "zh",
        report_language=_LANGUAGES.get(view.script, "zh"),
        image_policy="; img-src data:" if picture else "",
        title=escape(view.title),
        facts=_facts(view),
        overview=f"<p>{escape(view.overview)}</p>" if view.overview else "",
        parts=_parts(view.parts),
        picture=_picture(picture, say),
        notes=_notes(view, say),
        made=escape(" ".join(filter(None, [view.made, view.dropped]))),
    )


def _facts(view: SummaryView) -> str:
    return "\n".join(f"<li>{escape(fact)}</li>" for fact in view.facts)


def _picture(picture: bytes | None, say: Say) -> str:
    if picture is None:
        return ""
    encoded = b64encode(picture).decode()
    return f'<figure><img alt="{escape(say(texts.DIGEST_CHART))}" src="data:image/png;base64,{encoded}"></figure>'


def _parts(parts: Sequence[Part]) -> str:
    linked: set[int] = set()
    return "\n".join(_part(part, place, linked) for place, part in enumerate(parts, 1))


def _part(part: Part, place: int, linked: set[int]) -> str:
    """Lay a part out. `linked` are the quotes that have a mark to go back to."""
    body = "\n".join(_group(group, linked) for group in part.groups)
    if part.lack:
        body = f'<p class="lack">{escape(part.lack)}</p>'
    if part.facts:
        listed = "\n".join(f"<li>{escape(fact)}</li>" for fact in part.facts)
        body = f'<ul class="facts">\n{listed}\n</ul>\n{body}'
    if part.rest:
        body = f'{body}\n<p class="lack">{escape(part.rest)}</p>'
    heading = f'<h2 id="part-{place}">{escape(part.title)}</h2>'
    return f'<section aria-labelledby="part-{place}">\n{heading}\n{body}\n</section>'


def _group(group: Group, linked: set[int]) -> str:
    heading = f"<h3>{escape(group.heading)}</h3>\n" if group.heading else ""
    points = "\n".join(_point(point, linked) for point in group.points)
    return f'{heading}<ol start="{group.points[0].n}">\n{points}\n</ol>'


def _point(point: Point, linked: set[int]) -> str:
    lead = f"<b>{escape(point.lead)}</b>" if point.lead else ""
    ids = {n: "" if n in linked else f' id="m{n}"' for n in point.marks}
    linked.update(point.marks)
    marks = "".join(f'<a class="mark"{ids[n]} href="#q{n}">[{n}]</a>' for n in point.marks)
    return f"<li>{lead}{escape(point.text)}{marks}</li>"


def _notes(view: SummaryView, say: Say) -> str:
    if not view.notes:
        return ""
    rows = "\n".join(_note(note, say) for note in view.notes)
    heading = f'<h2 id="sources">{escape(say(texts.QUOTES))}</h2>'
    return f'<section class="notes" aria-labelledby="sources">\n{heading}\n<ol>\n{rows}\n</ol>\n</section>'


def _note(note: Note, say: Say) -> str:
    where = escape(" · ".join(whereabouts(note, say)))
    back = escape(say(texts.BACK))
    paragraphs = "".join(f"<p>{escape(row.strip())}</p>" for row in _rows(note.quote))
    link = f'<a class="back" href="#m{note.n}" title="{back}" aria-label="{back}">[{note.n}]</a>'
    quote = f'<span class="where">{where}</span><blockquote>{paragraphs}</blockquote>'
    return f'<li id="q{note.n}">{link}<div>{quote}</div></li>'


def _rows(quote: str) -> Iterator[str]:
    return (row for row in quote.splitlines() if row.strip())
