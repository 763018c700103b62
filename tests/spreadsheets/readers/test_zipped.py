import itertools
import warnings
import zipfile
import zlib
from io import BytesIO

import pytest

from dipp_pipeline.settings import MEGABYTE, Limits
from dipp_pipeline.spreadsheets.cells import Refusal
from dipp_pipeline.spreadsheets.limits import DEEPEST
from dipp_pipeline.spreadsheets.readers.zipped import Package, elements, start_tags
from tests.intake.reading import LIMITS


def package(content: bytes = b"<x/>", limits: Limits = LIMITS, **entry: object) -> Package:
    """A zip of one part, about which the zip may say what is not so."""
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/Part.xml", content)
        for name, value in entry.items():
            setattr(archive.filelist[0], name, value)
    return Package(zipped.getvalue(), limits)


def refusal(part: str, packed: Package) -> str:
    return situation(part, packed)[0]


def situation(part: str, packed: Package) -> tuple[str, str]:
    with pytest.raises(Refusal) as refused:
        list(packed.xml(part))
    return refused.value.rule_code, refused.value.situation


@pytest.mark.parametrize("name", ["xl/Part.xml", "XL/part.XML", "xl\\Part.xml", "/xl/Part.xml", "xl/P%61rt.xml"])
def test_a_part_is_known_whatever_the_case_slashes_and_escapes_of_its_name(name):
    assert b"".join(package().pieces(name)) == b"<x/>"
    assert package().name(name) == "xl/Part.xml"


def test_a_part_that_is_not_there_is_damage():
    assert refusal("other.xml", package()) == "F01"
    assert package().name("other.xml") is None


@pytest.mark.parametrize("size", [0, 3, 5, 900])
def test_a_part_of_another_size_than_the_zip_says_is_damage(size):
    assert refusal("xl/Part.xml", package(file_size=size)) == "F01"


def test_a_part_of_another_checksum_is_damage():
    assert refusal("xl/Part.xml", package(CRC=1)) == "F01"


def test_a_part_that_goes_on_after_what_the_zip_says_is_damage_though_that_much_has_its_checksum():
    assert refusal("xl/Part.xml", package(b"<x/><y/>", file_size=4, CRC=zlib.crc32(b"<x/>"))) == "F01"


@pytest.mark.parametrize("flag", [0x01, 0x20, 0x40], ids=["encrypted", "a patch", "strongly encrypted"])
def test_a_part_that_is_not_plain_is_packed_in_a_way_not_taken(flag):
    assert situation("xl/Part.xml", package(flag_bits=flag)) == ("F01", "packing")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 9, 99])
def test_a_part_packed_by_another_method_than_workbooks_use_is_packed_in_a_way_not_taken(method):
    assert situation("xl/Part.xml", package(compress_type=method)) == ("F01", "packing")


@pytest.mark.parametrize("place", [1, 2**31, 2**62, 2**63 + 5])
def test_a_part_that_is_not_where_the_zip_says_is_damage(place):
    assert refusal("xl/Part.xml", package(header_offset=place)) == "F01"


def test_a_part_with_another_name_than_the_zip_says_is_damage():
    assert refusal("xl/Other.xml", package(filename="xl/Other.xml")) == "F01"


@pytest.mark.parametrize("second", ["xl/Part.xml", "xl/PART.xml", "/xl/Part.xml", "xl\\Part.xml"])
def test_a_part_that_is_there_twice_is_damage(second):
    zipped = BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr("xl/Part.xml", "<x/>")
        archive.writestr(second, "<x/>")

    assert refusal("xl/Part.xml", Package(zipped.getvalue(), LIMITS)) == "F01"


def test_a_part_that_expands_further_than_all_may_is_unsafe_whatever_the_zip_says():
    large = b" " * (3 * MEGABYTE)

    assert refusal("xl/Part.xml", package(large, Limits(expanded_megabytes=2), file_size=100)) == "F02"
    assert refusal("xl/Part.xml", package(large, Limits(expanded_megabytes=3), file_size=100)) == "F01"


def test_what_the_parts_are_said_to_hold_is_summed_before_any_is_expanded():
    with pytest.raises(Refusal) as refused:
        package(limits=Limits(expanded_megabytes=1), file_size=MEGABYTE + 1)

    assert refused.value.rule_code == "F02"


@pytest.mark.parametrize(
    "content",
    [
        b"<x>" + b" " * (20 * MEGABYTE) + b"</x>",
        b'<x y="' + b"y" * (20 * MEGABYTE) + b'"/>',
        b'<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>',
    ],
    ids=["text without end", "a tag without end", "entities"],
)
def test_xml_that_would_exhaust_a_reader_is_unsafe(content):
    assert refusal("xl/Part.xml", package(content)) == "F02"


@pytest.mark.parametrize(
    "before",
    [" " * (2 * MEGABYTE), "<!--" + " " * (2 * MEGABYTE) + "-->", " " * (MEGABYTE - 5)],
    ids=["after spaces", "after a comment", "across two pieces"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_unsafe_wherever_and_in_whatever_encoding_they_are_declared(before, encoding):
    xml = f'{before}<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'

    assert situation("xl/Part.xml", package(xml.encode(encoding))) == ("F02", "self_expanding")


def test_elements_come_as_they_open_and_close_and_whole_ones_once_with_what_is_in_them():
    xml = b"<a b='1'><c><d/>x<e><c/></e></c><d/></a>"

    found = [
        (event, element.tag, len(element) if event == "end" else dict(element.items()))
        for event, element in elements([xml], lambda tag: tag == "c")
    ]

    assert found == [("start", "a", {"b": "1"}), ("end", "c", 2), ("start", "d", {}), ("end", "d", 0), ("end", "a", 0)]


def test_no_tree_grows_however_many_elements_there_are():
    pieces = itertools.chain([b"<a>"], itertools.repeat(b"<b><c/></b>" * 1000, 100), [b"</a>"])
    reached = elements(pieces, lambda tag: tag == "b")
    _, root = next(reached)

    assert max(len(root) for _ in reached) <= 1000


def test_tags_that_open_without_end_are_unsafe_and_as_many_as_may_be_are_not():
    def nested(levels: int) -> Package:
        return package(b"<x>" * levels + b"</x>" * levels)

    with pytest.raises(Refusal) as refused:
        list(start_tags(nested(DEEPEST + 1).xml("xl/Part.xml")))

    assert refused.value.rule_code == "F02"
    assert len(list(start_tags(nested(DEEPEST).xml("xl/Part.xml")))) == DEEPEST


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_xml_is_given_in_utf_8_whatever_it_is_in(encoding):
    packed = package(f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><x>é</x>'.encode(encoding))

    assert b"".join(packed.xml("xl/Part.xml")).endswith("<x>é</x>".encode())
    assert packed.transcoded == (set() if encoding.startswith("utf-8") else {"xl/Part.xml"})


@pytest.mark.parametrize("encoding", ["zip", "rot13", "idna", "nonsense", "utf-7"])
def test_an_encoding_that_no_workbook_is_in_is_damage(encoding):
    assert refusal("xl/Part.xml", package(f'<?xml version="1.0" encoding="{encoding}"?><x/>'.encode())) == "F01"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x05\x06" + bytes(17)])
def test_what_is_no_zip_is_damage(content):
    with pytest.raises(Refusal) as refused:
        Package(content, LIMITS)

    assert refused.value.rule_code == "F01"
