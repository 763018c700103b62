"""Markdown as a page: headings that can be led to, and tables that scroll by themselves on a narrow screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from dipp_pipeline.release.site.formats import slug


@dataclass(frozen=True)
class Heading:
    """A heading of the second level."""

    text: str
    anchor: str


@dataclass(frozen=True)
class Document:
    """What Markdown says, as HTML without its title."""

    title: str
    headings: Sequence[Heading]
    html: Markup


def document(markdown: str) -> Document:
    """Markdown as a document. HTML in it is shown as text."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    title = ""
    if tokens and tokens[0].tag == "h1":
        title, tokens = tokens[1].content, tokens[3:]
    headings = _anchored(tokens)
    html = str(parser.renderer.render(tokens, parser.options, {}))
    return Document(title, headings, Markup(_scrolling(html)))


def _anchored(tokens: Sequence[Token]) -> Sequence[Heading]:
    """Give every heading an anchor of its own; those of the second level are listed."""
    listed: list[Heading] = []
    taken: set[str] = set()
    for opened, inline in pairwise(tokens):
        if opened.type != "heading_open":
            continue
        anchor = _free(slug(inline.content) or "section", taken)
        opened.attrSet("id", anchor)
        if opened.tag == "h2":
            listed.append(Heading(inline.content.replace("`", ""), anchor))
    return listed


def _free(anchor: str, taken: set[str]) -> str:
    number, free = 1, anchor
    while free in taken:
        number += 1
        free = f"{anchor}-{number}"
    taken.add(free)
    return free


def _scrolling(html: str) -> str:
    return html.replace("<table>", '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>').replace(
        "</table>", "</table></div>"
    )
