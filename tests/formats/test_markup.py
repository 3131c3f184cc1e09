"""Tags in any number and order: they take time in step with the text, and give the styles that players show."""

from __future__ import annotations

import time

import pytest

from captioner.errors import FormatError
from captioner.formats import format_named
from captioner.formats.common.markup import Markup
from captioner.formats.common.styled_text import TextStyle
from captioner.values import StyleSpan

HEADS = {
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n",
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\n",
    "sami": "<SAMI><SYNC Start=1000><P>",
    "microdvd": "{1}{1}25\n{25}{50}",
    "ass": "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,",
}


@pytest.mark.parametrize("name", HEADS)
@pytest.mark.parametrize("text", ["<i>x", "<b><i>x</b>", "<font color=red>x", "{Y:i}x", r"{\i1}x"])
def test_a_hundred_thousand_tags_take_seconds(name: str, text: str) -> None:
    began = time.process_time()
    contents = format_named(name).read(HEADS[name] + text * 40_000)
    assert len(contents.cues or ()) == 1
    assert time.process_time() - began < 8


def test_a_tag_that_is_closed_early_leaves_those_inside_of_it_open() -> None:
    markup = Markup()
    markup.open("i", TextStyle(italic=True))
    markup.open("font", TextStyle(color="#ff0000"))
    markup.open("font", TextStyle(color="#00ff00"))
    markup.close("i")
    markup.add("green")
    assert markup.innermost == "font"
    markup.close("font")
    markup.add("red")
    markup.close("font")
    markup.close("font")
    markup.open("b", TextStyle(bold=True))
    markup.add("bold")
    styles = (StyleSpan(0, 5, color="#00ff00"), StyleSpan(5, 8, color="#ff0000"), StyleSpan(8, 12, bold=True))
    assert markup.styled_text() == ("greenredbold", styles, ())
    assert markup.length == 12


@pytest.mark.parametrize("name", ["ttml", "ebuttd", "itt", "fcpxml", "xmeml"])
def test_elements_nested_without_end_are_refused(name: str) -> None:
    with pytest.raises(FormatError, match="line 2: has more than 500 elements inside one another"):
        format_named(name).read("<tt>\n" + "<span>" * 20_000 + "</span>" * 20_000 + "</tt>")
