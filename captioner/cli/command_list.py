"""The commands, by name, each with its line of `captioner --help`."""

from __future__ import annotations

COMMANDS = {
    "batch": "Caption an archive: folders, globs, manifests; on many processes or a Ray cluster.",
    "search": "Find words in the captions of a folder.",
    "serve": "Serve recognition over HTTP, and a page to caption and correct.",
    "edit": "Correct the captions of a video in the browser.",
    "live": "Caption a live stream.",
    "align": "Caption with the words of a script, or retime a caption file.",
    "translate": "Translate captions into another language.",
    "export": "Re-export a transcript without running recognition.",
    "burn": "Burn captions into the picture of a video.",
    "preview": "Save one frame of a video with its captions.",
    "convert": "Convert a caption file to another format.",
    "transform": "Change a caption file: shift, cut, join, break again, replace, ...",
    "mux": "Add captions to a video as tracks.",
    "lint": "Check caption files against the rules of a profile.",
    "score": "Compare captions with a reference: word errors, timing, lost speech.",
    "backends": "List the recognition backends and what they need.",
    "models": "List and download models for local recognition.",
    "journal": "Show or clear the journal of recognised clips.",
    "doctor": "Check the installation, and print example settings.",
    "help": "Show the help of a command.",
}
"""Each but `help` is a module of `captioner.cli.commands`. `caption` is the command that runs without a name."""
