"""XML for formats: written without changing a text, and read with the line of each element."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from captioner.errors import FormatError
from captioner.formats.common.styled_text import substitute
from captioner.values import Cue

DEEPEST = 500
"""Elements inside one another. No caption file comes near; beyond it, code that walks down a tree may end."""

# XML 1.0, section 2.2: no other character may stand in a file, not even escaped.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def in_xml(cue: Cue) -> Cue:
    """Return the cue with U+FFFD for each character that XML cannot hold."""
    return substitute(cue, _NO_CHARACTER, "\ufffd")


def attribute(text: str) -> str:
    """Return a text in one line that XML can hold, for an attribute. A parser turns its line breaks into spaces."""
    return " ".join(_NO_CHARACTER.sub("\ufffd", text).split())


def xml_document(root: Element, doctype: str = "") -> str:
    """Return a file. White space in `root` is written as it is, so indent the tree before texts are put in."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n' + (f"<!DOCTYPE {doctype}>\n" if doctype else "")
    return f"{head}{ElementTree.tostring(root, encoding='unicode')}\n"


def xml_root(name: str, text: str, roots: Iterable[str]) -> Element:
    """Return the root of a file.

    Raises `FormatError` where it is not XML, where its elements nest deeper than `DEEPEST`, or its root is none of
    `roots`.
    """
    if "<!ENTITY" in text:
        raise FormatError(name, "defines entities, which captioner does not read")
    source = text.removeprefix("\ufeff")
    blank = len(source) - len(source.lstrip())
    lines_before = source.count("\n", 0, blank)
    try:
        root = _tree(name, source[blank:].encode("utf-8", "replace"), lines_before)
    except expat.ExpatError as error:
        raise FormatError(name, f"is not XML: {str(error).partition(':')[0]}", error.lineno + lines_before) from error
    if root.tag not in roots:
        known = " or ".join(tag.rpartition("}")[2] for tag in roots)
        raise FormatError(name, f"begins with {root.tag.rpartition('}')[2]!r}, not with {known}")
    return root


def line_of(element: Element) -> int | None:
    """Return the line of the file in which an element begins that `xml_root` has read."""
    return element.line if isinstance(element, _LocatedElement) else None


class _LocatedElement(Element):
    """An element with its line; the parser of the standard library does not store it."""

    line: int | None = None


def _tree(name: str, data: bytes, lines_before: int) -> Element:
    """Return the root of a document in UTF-8.

    The encoding in its declaration is ignored: the text was decoded before.
    """
    builder = ElementTree.TreeBuilder(element_factory=_LocatedElement)
    parser = expat.ParserCreate("utf-8", "}")
    parser.buffer_text = True
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            line = parser.CurrentLineNumber + lines_before
            raise FormatError(name, f"has more than {DEEPEST} elements inside one another", line)
        element = builder.start(_qualified(tag), {_qualified(key): value for key, value in attributes.items()})
        assert isinstance(element, _LocatedElement)
        element.line = parser.CurrentLineNumber + lines_before

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualified(tag))

    def skipped_entity(entity: str, is_parameter: bool) -> None:
        error = expat.ExpatError(f"undefined entity &{entity};: line {parser.CurrentLineNumber}")
        error.lineno = parser.CurrentLineNumber
        raise error

    parser.StartElementHandler = start
    parser.SkippedEntityHandler = skipped_entity
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.Parse(data, True)
    return builder.close()


def _qualified(name: str) -> str:
    """Return `{namespace}name`, as ElementTree has it, of the parser's `namespace}name`."""
    return f"{{{name}" if "}" in name else name
