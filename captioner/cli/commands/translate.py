"""`captioner translate FILE...`: declares its flags."""

from __future__ import annotations

from typing import Any

import click

from captioner.cli import options
from captioner.cli.flag_types import KeyValueParam
from captioner.settings import Settings


@click.command(cls=options.SettableCommand, no_args_is_help=True)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--to", "target", required=True, metavar="LANG", help="Language to translate into: Chinese, zh, pt-BR, ..."
)
@click.option("--from", "source", metavar="LANG", help="Language of the captions.  [default: from the file]")
@options.output
@options.directory
@options.formats
@click.option(
    "--translator", default="chat", metavar="NAME", help="Translator: chat, or that of a plug-in.  [default: chat]"
)
@click.option(
    "--translator-option",
    "translator_options",
    type=KeyValueParam(),
    multiple=True,
    metavar="KEY=VALUE",
    help="Set an option of the translator; repeatable.",
)
@click.option("--model", metavar="NAME", help="Model of the translator.  [default: glm-4.7-flash, which is free]")
@click.option("--base-url", metavar="URL", help="Server with OpenAI's chat API.  [default: GLM's]")
@click.option("--glossary", metavar="FILE", help="Terms and their translations, one TERM = TRANSLATION a line.")
@click.option("--keep-cues", is_flag=True, help="Translate cue by cue and keep their times, instead of by sentence.")
@options.profile
@options.profile_option
@options.frame_rate
@click.option("--report", metavar="FILE", help="Write what became of each sentence as JSON.")
@options.no_journal
@options.overwrite
@options.skip_existing
@options.quiet
@click.pass_obj
def translate(settings: Settings, /, **flags: Any) -> int:
    """Translate caption files or transcripts. talk.srt becomes talk.zh.srt beside it.

    Sentences are translated, not cues, and cut into cues in the style of the new language. A transcript (.json) has the
    time of each word, so its translation is timed best.
    """
    from captioner.cli.work.translate import TranslateRequest, translate_files

    return translate_files(TranslateRequest(**flags), settings)
