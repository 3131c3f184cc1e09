"""Burned captions as a viewer sees them: the letters are in their place, and nothing else has changed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from captioner.errors import FfmpegFailed, FormatError, MediaNotReadable, NoPicture, UnknownName, UsageError
from captioner.media import open_media, picture_of
from captioner.render import Encoding, StyleOptions, Subtitles, overlay, preview
from captioner.render.encoders import Encoder, fallback_warnings
from captioner.render.style_options import safe_area
from captioner.values import Cue, StyleSpan
from tests.media.media_factory import ffmpeg
from tests.render.video_parts import (
    GRAY,
    box_of,
    burned,
    captions,
    gray_video,
    lumas,
    pictures,
    plain_video,
    spoken,
)

ENGLISH = "Good morning, everybody.\nShall we begin?"
TEXTS = {
    "en": ENGLISH,
    "zh-Hans": "大家早上好，\n我们开始吧？",
    "zh-Hant": "大家早安，我們開始吧？",
    "ja": "皆さん、おはようございます。",
    "ar": "صباح الخير جميعاً",
    "ru": "Доброе утро!",
}
HAN = ("zh-Hans", "zh-Hant", "ja")


def changed_pixels(source: Path, target: Path, *tracks: Subtitles, **options: object) -> list[NDArray[np.bool_]]:
    """Burn without loss; for each frame, which pixels differ from the source."""
    burned(source, target, *tracks, **options)  # type: ignore[arg-type]
    before, after = pictures(source), pictures(target)
    assert len(before) == len(after)
    height = 2 * before[0].shape[0] // 3  # the chroma planes lie below the luma plane
    changed = [one != other for one, other in zip(before, after, strict=True)]
    return [np.asarray(plane[:height]) for plane in changed]


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.usefixtures("either_ffmpeg")
def test_the_letters_appear_and_nothing_else_changes(
    language: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if language in HAN:
        request.getfixturevalue("cjk_fonts")
    source = plain_video(tmp_path / "plain.mkv")
    seen = changed_pixels(source, tmp_path / "burned.mkv", captions(TEXTS[language], language))
    assert [mask.any() for mask in seen] == [False] * 2 + [True] * 5 + [False] * 3
    box = box_of(seen[4])
    assert box.inside(*safe_area(320, 180))
    lines = TEXTS[language].count("\n") + 1
    assert 0.03 * lines < box.bottom - box.top < 0.1 * lines
    assert box.bottom > 0.9
    assert abs((box.left + box.right) / 2 - 0.5) < 0.02
    assert seen[4].sum() > 20 * len(TEXTS[language])


@pytest.mark.parametrize("size", ["180x320", "240x240", "320x240", "426x180", "321x181"])
def test_captions_are_inside_the_safe_area_of_any_shape(size: str, tmp_path: Path) -> None:
    width, height = map(int, size.split("x"))
    source = plain_video(tmp_path / "plain.mkv", size=f"{width + width % 2}x{height + height % 2}", frames=4)
    long = captions("Captions that are much too long for one line of an upright picture\nare broken into more lines.")
    box = box_of(changed_pixels(source, tmp_path / "burned.mkv", long)[3])
    assert box.inside(*safe_area(width, height))


@pytest.mark.usefixtures("cjk_fonts")
def test_a_long_line_of_chinese_is_broken(tmp_path: Path) -> None:
    source = plain_video(tmp_path / "plain.mkv", size="180x320", frames=4)
    long = captions("这是一句没有空格也没有停顿的很长很长的话所以必须换行才能放得下", "zh-Hans")
    box = box_of(changed_pixels(source, tmp_path / "burned.mkv", long)[3])
    assert box.inside(*safe_area(180, 320))
    assert box.bottom - box.top > 0.042


@pytest.mark.usefixtures("cjk_fonts")
def test_chinese_never_has_the_glyphs_of_japanese(tmp_path: Path) -> None:
    """The same characters in the glyphs of four languages."""
    source = gray_video(tmp_path / "gray.mkv", frames=4)
    shapes = []
    for language in ("zh-Hans", "zh-Hant", "ja", "ko"):
        track = captions("直骨門戸海", language)
        shapes.append(changed_pixels(source, tmp_path / f"{language}.mkv", track, style=StyleOptions(size=20))[3])
    assert not any(np.array_equal(one, other) for one in shapes[:3] for other in shapes[:3] if one is not other)
    english = captions("直骨門戸海", "en")
    assert np.array_equal(
        changed_pixels(source, tmp_path / "en.mkv", english, style=StyleOptions(size=20))[3], shapes[1]
    )


def test_a_rotated_video_is_burned_upright(tmp_path: Path) -> None:
    """A phone stores its upright video rotated, with a rotation flag."""
    stored = plain_video(tmp_path / "stored.mp4", size="320x180", frames=4)
    upright = plain_video(tmp_path / "upright.mkv", size="320x180", frames=4, chain="transpose=clock")
    turned = tmp_path / "turned.mp4"
    with av.open(str(stored)) as container, av.open(str(turned), "w") as out:
        stream = out.add_stream_from_template(container.streams.video[0])
        stream.set_display_rotation(-90)
        for packet in container.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                out.mux(packet)
    with open_media(str(turned)) as media:
        assert (picture_of(media).width, picture_of(media).height) == (180, 320)
    track = captions("Hello")
    burned(turned, tmp_path / "one.mkv", track)
    burned(upright, tmp_path / "other.mkv", track)
    assert all(map(np.array_equal, pictures(tmp_path / "one.mkv"), pictures(tmp_path / "other.mkv")))


@pytest.mark.usefixtures("either_ffmpeg")
def test_letters_keep_their_shape_on_pixels_that_are_not_square(tmp_path: Path) -> None:
    square = gray_video(tmp_path / "square.mkv", size="512x288", frames=4)
    odd = gray_video(tmp_path / "odd.mkv", size="360x288", frames=4, chain="setsar=64/45")
    one = box_of(changed_pixels(square, tmp_path / "one.mkv", captions("Wide or not"))[3])
    other = box_of(changed_pixels(odd, tmp_path / "other.mkv", captions("Wide or not"))[3])
    assert (one.left, one.right) == pytest.approx((other.left, other.right), abs=0.01)
    assert (one.top, one.bottom) == pytest.approx((other.top, other.bottom), abs=0.01)
    with open_media(str(tmp_path / "other.mkv")) as media:
        assert picture_of(media).display_width == 512


@pytest.mark.parametrize(("transfer", "color_trc", "share"), [("pq", "smpte2084", 0.58), ("hlg", "arib-std-b67", 0.75)])
@pytest.mark.usefixtures("either_ffmpeg")
def test_white_in_hdr_is_graphics_white(transfer: str, color_trc: str, share: float, tmp_path: Path) -> None:
    """203 cd/m2 (ITU-R BT.2408): 58 % of the signal in PQ, 75 % in HLG; not 10,000 cd/m2."""
    source = tmp_path / "hdr.mkv"
    colors = f"setparams=color_primaries=bt2020:color_trc={color_trc}:colorspace=bt2020nc"
    chain = f"color=black:s=320x180:r=10:d=0.4,format=yuv420p10le,{colors}"
    tags = ("-color_primaries", "bt2020", "-color_trc", color_trc, "-colorspace", "bt2020nc")
    screen = "log-level=none:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
    ffmpeg("-f", "lavfi", "-i", chain, "-c:v", "libx265", "-x265-params", f"{screen}:max-cll=1000,400", *tags, source)
    target = tmp_path / "burned.mkv"
    burned(source, target, captions("White"), style=StyleOptions(size=30), encoding=Encoding(quality=4))
    signal = (lumas(target)[3].max() - 64) / 876
    assert signal == pytest.approx(share, abs=0.02)
    with open_media(str(source)) as before, open_media(str(target)) as after:
        one, other = picture_of(before), picture_of(after)
    assert (other.transfer, other.pixel_format) == (transfer, "yuv420p10le")
    assert other.mastering_display == one.mastering_display is not None
    assert other.content_light == one.content_light is not None


def test_a_box_covers_what_is_behind_it(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=4)
    style = StyleOptions(size=20, box_color="#000000")
    seen = changed_pixels(source, tmp_path / "burned.mkv", captions("Boxed"), style=style)[3]
    box = box_of(seen)
    inside = lumas(tmp_path / "burned.mkv")[3][round(box.top * 180) + 2 : round(box.bottom * 180) - 2]
    row = inside[:, round(box.left * 320) + 2 : round(box.right * 320) - 2]
    assert not (row == GRAY).all(axis=0).any()
    assert (row == 16).mean() > 0.4
    assert row.max() == 235


def test_a_box_may_let_the_picture_through(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=4)
    burned(source, tmp_path / "burned.mkv", captions("Boxed"), style=StyleOptions(size=20, box=True))
    box = np.median(lumas(tmp_path / "burned.mkv")[3][150:168, 150:170])
    assert 16 < box < GRAY


@pytest.mark.parametrize(
    ("place", "where"),
    [("top-left", (0, 0)), ("top", (0, 1)), ("middle", (1, 1)), ("bottom-right", (2, 2)), ("bottom", (2, 1))],
)
def test_captions_have_the_position_asked_for(place: str, where: tuple[int, int], tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=4)
    style = StyleOptions(place=place)  # type: ignore[arg-type]
    box = box_of(changed_pixels(source, tmp_path / "burned.mkv", captions("Here"), style=style)[3])
    assert box.inside(*safe_area(320, 180))
    assert (int(3 * (box.top + box.bottom) / 2), int(3 * (box.left + box.right) / 2)) == where


def brightness(path: Path, frame: int) -> tuple[float, float]:
    """The brightness of the letters in the left third and in the right third: the mean of the brightest pixels."""
    plane = lumas(path)[frame]
    thirds = plane[:, : plane.shape[1] // 3], plane[:, 2 * plane.shape[1] // 3 :]
    left, right = (float(np.sort(third.ravel())[-40:].mean()) for third in thirds)
    return left, right


@pytest.mark.usefixtures("either_ffmpeg")
def test_words_change_color_when_they_are_spoken(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=9)
    track = spoken("mmm mmm", start=0.1, each=0.3)
    burned(source, tmp_path / "burned.mkv", track, style=StyleOptions(size=15, karaoke="word"))
    left, right = brightness(tmp_path / "burned.mkv", 2)
    assert left > 225
    assert right < 170
    assert min(brightness(tmp_path / "burned.mkv", 6)) > 225


def test_the_spoken_word_pops(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=9)
    track = spoken("mmm mmm", start=0.1, each=0.3)
    style = StyleOptions(size=15, karaoke="pop", karaoke_color="#0000ff")
    burned(source, tmp_path / "burned.mkv", track, style=style)
    first, second = brightness(tmp_path / "burned.mkv", 2), brightness(tmp_path / "burned.mkv", 6)
    assert first[0] < 170 < 225 < first[1]
    assert second[1] < 170 < 225 < second[0]


def test_karaoke_needs_the_times_of_words(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=2)
    with pytest.raises(UsageError, match=r"captions has no word times, which --karaoke needs"):
        burned(source, tmp_path / "burned.mkv", captions("Hello"), style=StyleOptions(karaoke="word"))


@pytest.mark.usefixtures("cjk_fonts")
def test_two_languages_never_cover_each_other(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=4)
    first, second = captions(ENGLISH, "en"), captions("大家早上好，我们开始吧？", "zh-Hans")
    alone = changed_pixels(source, tmp_path / "one.mkv", first)[3]
    both = changed_pixels(source, tmp_path / "both.mkv", first, second)[3]
    assert both[alone].all()
    added = box_of(both & ~alone)
    assert added.bottom < box_of(alone).top
    assert added.inside(*safe_area(320, 180))
    burned(source, tmp_path / "three.mkv", first, second)
    with pytest.raises(UsageError, match="in one or two languages, not in 3"):
        burned(source, tmp_path / "three.mkv", first, second, first)


def test_styles_of_a_cue_are_visible(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=4)
    plain = Subtitles("captions", [Cue(0.1, 0.4, "Hello there")])
    styled = Subtitles("captions", [Cue(0.1, 0.4, "Hello there", styles=(StyleSpan(0, 5, color="#0000ff"),))])
    burned(source, tmp_path / "plain.mkv", plain, style=StyleOptions(size=20))
    burned(source, tmp_path / "styled.mkv", styled, style=StyleOptions(size=20))
    assert brightness(tmp_path / "plain.mkv", 3)[0] > 225
    assert brightness(tmp_path / "styled.mkv", 3)[0] < 170


ASS = """[Script Info]
ScriptType: v4.00+
PlayResX: 320
PlayResY: 180

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Alignment, BorderStyle, Outline
Style: Mine,DejaVu Sans,30,&H00FFFFFF,8,1,0

[Events]
Format: Layer, Start, End, Style, Text
Dialogue: 0,0:00:00.00,0:00:09.00,Mine,Mine
"""


def test_an_ass_file_keeps_its_own_style_unless_another_is_asked_for(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=2)
    track = Subtitles("mine.ass", [Cue(0, 9, "Mine")], ass=ASS)
    assert box_of(changed_pixels(source, tmp_path / "own.mkv", track)[1]).bottom < 0.3
    assert box_of(changed_pixels(source, tmp_path / "asked.mkv", track, style=StyleOptions(bold=True))[1]).top > 0.7


def test_an_overlay_over_the_picture_is_the_burned_picture(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=4)
    track, style = captions("Over it"), StyleOptions(size=20, box=True, outline=8)
    burned(source, tmp_path / "burned.mkv", track, style=style)
    with open_media(str(source)) as media:
        overlay(media, [track], tmp_path / "alone.mov", style=style)
    with open_media(str(tmp_path / "alone.mov")) as media:
        alone = picture_of(media)
        assert media.duration == pytest.approx(0.4)
    assert (alone.width, alone.height, float(alone.frame_rate)) == (320, 180, 10.0)
    frames = colors_and_opacity(tmp_path / "alone.mov")
    assert (frames[0][1] == 0).all()
    luma, share = frames[3]
    combined = luma * share + GRAY * (1 - share)
    assert np.abs(combined - lumas(tmp_path / "burned.mkv")[3]).mean() < 0.5
    assert np.abs(combined - lumas(tmp_path / "burned.mkv")[3]).max() < 12


def colors_and_opacity(path: Path) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """For each frame its brightness as 8 bits code it, and its opacity from 0 to 1."""
    with av.open(str(path)) as container:
        frames = [frame.reformat(format="yuva444p10le") for frame in container.decode(video=0)]
    planes = [
        [np.frombuffer(bytes(frame.planes[at]), np.uint16).reshape(180, -1)[:, :320] for at in (0, 3)]
        for frame in frames
    ]
    return [(luma / 4, opacity / 1023) for luma, opacity in planes]


def test_an_overlay_is_a_mov(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=2)
    with open_media(str(source)) as media, pytest.raises(UsageError, match=r"is a \.mov"):
        overlay(media, [captions("Hello")], tmp_path / "alone.mp4")


@pytest.mark.usefixtures("either_ffmpeg")
@pytest.mark.parametrize("container", ["mkv", "ts"])
def test_a_preview_equals_a_frame_of_the_burned_video(container: str, tmp_path: Path) -> None:
    source = plain_video(tmp_path / f"plain.{container}", size="128x72", frames=130)
    track = captions("Hello", start=12.0, end=12.4)
    with open_media(str(source)) as media:
        preview(media, [track], tmp_path / "at.png", at=12.25)
        preview(media, [track], tmp_path / "first.png")
        warnings: list[str] = []
        preview(media, [track], tmp_path / "bare.png", at=11.0, warn=warnings.append)
        assert warnings == ["no caption is shown at 11 s"]
        with pytest.raises(UnknownName, match=r"unknown image format '\.jpg'; there is: \.png"):
            preview(media, [track], tmp_path / "first.jpg")
        with pytest.raises(UsageError, match="there is no frame at 14 s"):
            preview(media, [track], tmp_path / "late.png", at=14.0)
    burned(source, tmp_path / "burned.mkv", track)
    ffmpeg("-i", tmp_path / "burned.mkv", "-vf", "select=eq(n\\,122)", "-frames:v", "1", tmp_path / "frame.png")
    shown = [pictures(tmp_path / name)[0] for name in ("at.png", "first.png", "frame.png")]
    assert np.array_equal(shown[0], shown[2])
    assert np.array_equal(shown[1], shown[2])


def dolby_vision(source: Path, target: Path) -> Path:
    """Add a box for Dolby Vision, profile 8.1 (ETSI TS 103 572), to an MP4 whose index is its last box."""
    data = bytearray(source.read_bytes())
    record = bytes([1, 0, (8 << 1), (1 << 3) | 0b101, 1 << 4]) + bytes(19)
    box = (8 + len(record)).to_bytes(4, "big") + b"dvvC" + record
    place = data.rindex(b"hvcC") - 4
    for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"hvc1"):
        at = data.rindex(name) - 4
        data[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + len(box)).to_bytes(4, "big")
    target.write_bytes(data[:place] + box + data[place:])
    return target


@pytest.mark.usefixtures("either_ffmpeg")
def test_dolby_vision_is_refused_with_advice(tmp_path: Path) -> None:
    source = tmp_path / "plain.mp4"
    quiet = ("-x265-params", "log-level=none", "-tag:v", "hvc1")
    ffmpeg("-f", "lavfi", "-i", "color=s=64x64:r=10:d=0.2", "-c:v", "libx265", *quiet, source)
    vision = dolby_vision(source, tmp_path / "vision.mp4")
    with pytest.raises(MediaNotReadable, match=r"vision\.mp4: is Dolby Vision \(profile 8\).*'captioner mux' keeps it"):
        burned(vision, tmp_path / "burned.mp4", captions("Hello"))


@pytest.mark.usefixtures("either_ffmpeg")
def test_every_frame_keeps_its_time(tmp_path: Path) -> None:
    """A phone records frames at uneven times."""
    source, target = tmp_path / "phone.mp4", tmp_path / "burned.mp4"
    uneven = "select='mod(n,2)+lt(mod(n,7),3)',settb=1/90000,setpts=PTS+360*mod(N\\,3)"
    chain = f"testsrc2=s=64x48:r=30:d=2,{uneven}"
    ffmpeg("-f", "lavfi", "-i", chain, "-fps_mode", "passthrough", "-enc_time_base", "1/60000", source)
    burned(source, target, captions("Hello"))
    before, after = times(source), times(target)
    assert len({round(later - earlier, 3) for earlier, later in pairwise(before)}) > 3
    assert after == pytest.approx(before, abs=0.0005)


def times(path: Path) -> list[float]:
    """The time of each frame in seconds."""
    with av.open(str(path)) as container:
        return [float(frame.time or 0.0) for frame in container.decode(video=0)]


def test_an_ffmpeg_without_libass_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=2)
    program = tmp_path / "ffmpeg.sh"
    program.write_text("#!/bin/sh\necho \"[AVFilterGraph @ 0x1] No such filter: 'ass'\" >&2; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("CAPTIONER_FFMPEG", str(program))
    with pytest.raises(FfmpegFailed, match=r"ffmpeg\.sh is built without libass"):
        burned(source, tmp_path / "burned.mkv", captions("Hello"))


def test_the_message_says_why_a_file_cannot_be_burned(tmp_path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", tmp_path / "sound.wav")
    source = gray_video(tmp_path / "gray.mkv", frames=2)
    with pytest.raises(NoPicture, match=r"sound\.wav: has no moving picture"):
        burned(tmp_path / "sound.wav", tmp_path / "out.mp4", captions("Hello"))
    with pytest.raises(FormatError, match="has no cue"):
        burned(source, tmp_path / "out.mp4", Subtitles("empty.srt", []))
    with pytest.raises(UsageError, match=r"unknown container '\.avi'"):
        burned(source, tmp_path / "out.avi", captions("Hello"))
    for encoder in ("libnothing", "h264_amf"):
        with pytest.raises(UsageError, match=rf"no encoder works here \({encoder}: "):
            burned(source, tmp_path / "out.mp4", captions("Hello"), encoding=Encoding(encoder))
    assert [path.name for path in tmp_path.iterdir() if path.suffix not in (".wav", ".mkv")] == []


def test_a_hardware_encoder_is_used_only_if_it_works(tmp_path: Path) -> None:
    """The result is a video in any case, and a warning says if no hardware encoder works."""
    source = gray_video(tmp_path / "gray.mkv", frames=2)
    warnings = burned(source, tmp_path / "out.mp4", captions("Hello"), encoding=Encoding("hardware"))
    assert warnings in ([], ["no hardware encoder works here; using libx264"])
    assert len(pictures(tmp_path / "out.mp4")) == 2


@pytest.mark.parametrize(
    ("asked", "chosen", "warnings"),
    [
        (None, "libx264", []),
        (None, "mpeg4", ["this ffmpeg has no better encoder than mpeg4"]),
        ("mpeg4", "mpeg4", []),
        ("hardware", "hevc_nvenc", []),
        ("hardware", "libx265", ["no hardware encoder works here; using libx265"]),
    ],
)
def test_an_encoder_in_place_of_a_better_one_gives_a_warning(
    asked: str | None, chosen: str, warnings: list[str]
) -> None:
    assert list(fallback_warnings(asked, Encoder(chosen))) == warnings


def test_a_working_encoder_is_used_as_asked(tmp_path: Path) -> None:
    source = gray_video(tmp_path / "gray.mkv", frames=2)
    burned(source, tmp_path / "out.mkv", captions("Hello"), encoding=Encoding("mpeg4", quality=3))
    with open_media(str(tmp_path / "out.mkv")) as media:
        assert [stream.codec for stream in media.streams] == ["mpeg4"]
