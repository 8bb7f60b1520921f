"""A summary or a digest as one page that can be sent to a colleague: nothing to fetch, nothing to run."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
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
        parts="\n".join(_part(part, place) for place, part in enumerate(view.parts, 1)),
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


def _part(part: Part, place: int) -> str:
    body = "\n".join(_group(group) for group in part.groups)
    if part.lack:
        body = f'<p class="lack">{escape(part.lack)}</p>'
    if part.facts:
        listed = "\n".join(f"<li>{escape(fact)}</li>" for fact in part.facts)
        body = f'<ul class="facts">\n{listed}\n</ul>\n{body}'
    if part.rest:
        body = f'{body}\n<p class="lack">{escape(part.rest)}</p>'
    heading = f'<h2 id="part-{place}">{escape(part.title)}</h2>'
    return f'<section aria-labelledby="part-{place}">\n{heading}\n{body}\n</section>'


def _group(group: Group) -> str:
    heading = f"<h3>{escape(group.heading)}</h3>\n" if group.heading else ""
    points = "\n".join(_point(point) for point in group.points)
    return f'{heading}<ol start="{group.points[0].n}">\n{points}\n</ol>'


def _point(point: Point) -> str:
    lead = f"<b>{escape(point.lead)}</b>" if point.lead else ""
    marks = "".join(f'<a class="mark" id="m{n}" href="#q{n}">[{n}]</a>' for n in point.marks)
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
