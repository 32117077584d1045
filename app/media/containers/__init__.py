"""Untrusted picture files, read box by box before any decoder sees them.

Decoders of pictures trust lengths and counts that a stranger wrote. Here every container is walked by our own few lines
with a limit on each count, and what a decoder needs not (metadata, later frames, whatever hangs behind the end) is left
out. The walkers are pure functions of bytes; none of them decodes a pixel.
"""

from app.media.containers.parts import Refused, Slim
from app.media.containers.slimming import slim

__all__ = ["Refused", "Slim", "slim"]
