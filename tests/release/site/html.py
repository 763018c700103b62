"""Pages of HTML as plain values: tables, links and texts, read by the standard library and not by what wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}


@dataclass
class Table:
    caption: str = ""
    rows: list[list[str]] = field(default_factory=list)


@dataclass
class Drawing:
    """A drawing of a chart's row: what it says in words, and the marks by their class."""

    words: str
    marks: dict[str, dict[str, str | None]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables: list[Table] = []
        self.drawings: list[Drawing] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.text: list[str] = []
        self.unclosed: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if tag not in VOID:
            self.open.append(tag)
        if identity := values.get("id"):
            assert identity not in self.anchors, f"{identity} stands twice"
            self.anchors.add(identity)
        for name in ("href", "src", "srcset", "data", "action", "poster"):
            if (address := values.get(name)) is not None:
                (self.links if (tag, name) == ("a", "href") else self.loaded).append(address)
        match tag:
            case "table":
                self.tables.append(Table())
            case "tr":
                self.tables[-1].rows.append([])
            case "th" | "td":
                self.tables[-1].rows[-1].append("")
            case "svg":
                self.drawings.append(Drawing(values.get("aria-label") or ""))
            case "line" | "circle" if self.drawings and (name := values.get("class")) != "grid":
                self.drawings[-1].marks[name or ""] = values

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1] != tag:
            self.unclosed.append(tag)
        else:
            self.open.pop()

    def handle_data(self, text: str) -> None:
        if "style" in self.open or "svg" in self.open:
            return
        self.text.append(text)
        if "caption" in self.open and "span" not in self.open:
            self.tables[-1].caption += text
        elif self.open and {"td", "th"} & set(self.open):
            self.tables[-1].rows[-1][-1] += text


@dataclass(frozen=True)
class Page:
    path: Path
    tables: Sequence[Table]
    drawings: Sequence[Drawing]
    links: Sequence[str]
    loaded: Sequence[str]
    anchors: set[str]
    text: str
    unclosed: Sequence[str]

    def table(self, caption: str) -> Table:
        """The table whose caption begins so."""
        (found,) = (table for table in self.tables if table.caption.startswith(caption))
        return found

    def charted(self, caption: str) -> dict[str, list[str]]:
        """The numbers of a chart's rows, by their names without notes."""
        return {row[0].partition(" | ")[0]: row[2:] for row in self.table(caption).rows[1:]}


def read_page(path: Path) -> Page:
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    reader.close()
    for table in reader.tables:
        table.caption = " ".join(table.caption.split())
        table.rows = [[" ".join(cell.split()) for cell in row] for row in table.rows]
    return Page(
        path,
        reader.tables,
        reader.drawings,
        reader.links,
        reader.loaded,
        reader.anchors,
        " ".join(" ".join(reader.text).split()),
        reader.unclosed + reader.open,
    )
