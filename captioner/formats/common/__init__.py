"""The types and rules that all formats share: contents, fidelity, styled text, frames, encodings."""
