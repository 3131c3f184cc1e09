"""The endless way: captions beside a running stream, the same stages as for a file.

source -> clock -> speech regions -> what was heard -> cues -> sinks
hls, stream        ears              hearing           captions   sinks, server
"""

from __future__ import annotations
