"""What all formats share: contents, fidelity, styled text, frames, encodings."""
