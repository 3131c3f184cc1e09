"""Composes the stages: a source goes in; cues, transcript and report come out.

caption_options.py    the options of a run
run_progress.py       how far a run is
captioning.py         a source to captions: the chain of all stages
script_captioning.py  a source and its script to captions; captions to captions at the right times
"""

from captioner.output import Captions as Captions
from captioner.pipeline.caption_options import CaptionKeywords, CaptionOptions, FrameRateChoice, ProfileChoice
from captioner.pipeline.captioning import caption, cues_of_transcript, main_language, video_frame_rate
from captioner.pipeline.run_progress import Progress, ProgressCallback
from captioner.pipeline.script_captioning import caption_script, is_foreign

__all__ = [
    "CaptionKeywords",
    "CaptionOptions",
    "Captions",
    "FrameRateChoice",
    "ProfileChoice",
    "Progress",
    "ProgressCallback",
    "caption",
    "caption_script",
    "cues_of_transcript",
    "is_foreign",
    "main_language",
    "video_frame_rate",
]
