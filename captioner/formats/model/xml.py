"""XML as formats need it: trees with text that must not change, and files that somebody else made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from captioner.errors import FormatError
from captioner.formats.model.styled_text import substitute
from captioner.values import Cue

# XML 1.0, section 2.2: no other character may stand in a file, not even escaped.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def in_xml(cue: Cue) -> Cue:
    """The cue with U+FFFD for each character that XML cannot hold."""
    return substitute(cue, _NO_CHARACTER, "\ufffd")


def attribute(text: str) -> str:
    """A text in one line that XML can hold, for an attribute: a parser makes line breaks in one into spaces."""
    return " ".join(_NO_CHARACTER.sub("\ufffd", text).split())


def xml_document(root: Element, doctype: str = "") -> str:
    """A whole file. What `root` has of white space is kept, so it is laid out before texts are put in."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n' + (f"<!DOCTYPE {doctype}>\n" if doctype else "")
    return f"{head}{ElementTree.tostring(root, encoding='unicode')}\n"


def xml_root(name: str, text: str, roots: Iterable[str]) -> Element:
    """The root of a file, whose name is one of `roots`. Raises `FormatError`."""
    if "<!ENTITY" in text:
        raise FormatError(name, "defines entities, which captioner does not read")
    try:
        root = ElementTree.fromstring(text.removeprefix("\ufeff").lstrip().encode("utf-8", "replace"), _parser())
    except ElementTree.ParseError as error:
        line = error.position[0]
        raise FormatError(name, f"is no XML: {str(error).partition(':')[0]}", line) from error
    if root.tag not in roots:
        known = " or ".join(tag.rpartition("}")[2] for tag in roots)
        raise FormatError(name, f"begins with {root.tag.rpartition('}')[2]!r}, not with {known}")
    return root


def _parser() -> ElementTree.XMLParser:
    """The text is UTF-8 here, whatever the head of the file says of the bytes it once was."""
    return ElementTree.XMLParser(encoding="utf-8")
