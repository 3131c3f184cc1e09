"""The parts of the backend `whisper`. Only `engine` imports faster-whisper.

backend.py            the backend: clips to results
model_choice.py       the models that are here, and which one suits a language
whisper_languages.py  BCP 47 tags and Whisper's own codes
engine.py             the model on one device: a clip to its text, words and language
segment_joining.py    the segments of a clip, joined to one text with its words
"""
