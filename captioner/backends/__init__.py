"""Speech recognition backends: the contract (`contract`), the registry (`registry`) and the built-in backends."""

from captioner.backends.contract import Backend, BackendInfo, Hints, Recognition, Traits
from captioner.backends.registry import BACKENDS, BUILT_IN, backend_class, backend_info, load_backend

__all__ = [
    "BACKENDS",
    "BUILT_IN",
    "Backend",
    "BackendInfo",
    "Hints",
    "Recognition",
    "Traits",
    "backend_class",
    "backend_info",
    "load_backend",
]
