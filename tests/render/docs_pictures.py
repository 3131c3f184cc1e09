"""Draws the pictures of docs/burn.md: `python -m tests.render.docs_pictures`. Look at them afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path

from captioner.media import open_media
from captioner.render import StyleOptions, Subtitles, preview
from captioner.values import Cue
from tests.media.media_factory import ffmpeg
from tests.paths import DOCS
from tests.render.video_parts import spoken

PICTURES = DOCS / "pictures"

ENGLISH = "The light turns every ten seconds,\nand the keeper counts them all."
CHINESE = "灯每十秒转一圈，\n守塔人从不数错，直到天亮。"
JAPANESE = "灯は十秒ごとに回り、\n守り人は直に数え続ける。"
ARABIC = "يدور الضوء كل عشر ثوانٍ،\nوالحارس يعدّها جميعاً."

DUSK = "color=black:s={size}:r=10:d=3,format=rgb24,geq=r=22+190*Y/H:g=50+90*Y/H:b=80+10*Y/H,format=yuv420p"
SUN = (
    "color=black:s=480x270:r=10:d=3,format=yuv420p10le,"
    "geq=lum='64+876*if(lt(hypot(X-360,Y-70),30),0.75,0.28+0.12*Y/H)':cb=512+60*(1-Y/H):cr=512+30*Y/H,"
    "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc"
)
"""An evening sky in PQ with a sun of 1,000 cd/m2."""


def text(text: str, language: str) -> Subtitles:
    return Subtitles("text", [Cue(0, 2.9, text)], language)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        draw(Path(name))


def draw(folder: Path) -> None:
    wide, tall, bright = (folder / name for name in ("wide.mkv", "tall.mkv", "bright.mkv"))
    for path, size in ((wide, "480x270"), (tall, "216x384")):
        ffmpeg("-f", "lavfi", "-i", DUSK.format(size=size), "-c:v", "libx264", "-qp", "0", path)
    light = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    ffmpeg("-f", "lavfi", "-i", SUN, "-c:v", "libx265", "-x265-params", "log-level=none:crf=8", *light, bright)
    words = spoken("The keeper counts them all.", start=0.0, each=0.4, language="en")
    english, chinese = text(ENGLISH, "en"), text(CHINESE, "zh-Hans")
    pictures: dict[str, tuple[Path, list[Subtitles], StyleOptions]] = {
        "english": (wide, [english], StyleOptions()),
        "chinese": (wide, [chinese], StyleOptions()),
        "japanese": (wide, [text(JAPANESE, "ja")], StyleOptions()),
        "arabic": (wide, [text(ARABIC, "ar")], StyleOptions()),
        "two": (wide, [english, chinese], StyleOptions()),
        "box": (wide, [english], StyleOptions(box=True)),
        "word": (wide, [words], StyleOptions(karaoke="word", karaoke_color="#ffd400")),
        "pop": (wide, [words], StyleOptions(karaoke="pop")),
        "upright": (tall, [text("The light turns every ten seconds", "en")], StyleOptions()),
        "hdr": (bright, [english], StyleOptions()),
    }
    for name, (source, tracks, style) in pictures.items():
        with open_media(str(source)) as media:
            preview(media, tracks, PICTURES / f"{name}.png", at=1.0, style=style)


if __name__ == "__main__":
    main()
