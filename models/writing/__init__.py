"""Short texts by a local language model."""

from models.writing.writer import Prompt, Writer, load_writer

__all__ = ["Prompt", "Writer", "load_writer"]
