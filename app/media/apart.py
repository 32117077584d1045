"""Pictures whose decoders cannot be bounded from inside: decoded by processes that may be killed.

libheif and libtiff believe what a file says of its tiles; one of a few kilobytes can keep them busy for minutes. Here
a small pool of processes (app/media/apart_worker.py) decodes, one picture at a time each, under limits of memory and
time that the kernel keeps. They live on between pictures and end with us: their input closes.
"""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from queue import LifoQueue
from typing import IO, Any

from PIL import Image

from app.media.blocks import read_block, write_block
from app.media.containers import Slim

PROCESSES = max(1, min(4, os.cpu_count() or 1))
CPU_S = 6
"""Seconds of processor time for one picture, all threads together; 48 megapixels of a phone's HEIC take 3."""

WALL_S = 20.0
"""However busy the machine is."""

ROOT = Path(__file__).resolve().parents[2]


class Undecodable(Exception):
    """The picture is broken, or takes more memory or time than a photo does."""


class TooManyPixels(Exception):
    """More than were allowed, or none; `size` is width and height."""

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__(f"{size[0]} x {size[1]} pixels")
        self.size = size


@dataclass(slots=True)
class Worker:
    """One process. Not for two threads at once."""

    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls) -> "Worker":
        command = [sys.executable, "-m", "app.media.apart_worker"]
        return cls(
            subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, start_new_session=True
            )
        )

    def ask(self, header: dict[str, Any], data: bytes, within_s: float) -> tuple[dict[str, Any], bytes]:
        """Raises Undecodable when the process dies of it, or is killed because it takes too long."""
        killer = threading.Timer(within_s, self.process.kill)
        killer.start()
        try:
            stdin, stdout = _open(self.process.stdin), _open(self.process.stdout)
            write_block(stdin, json.dumps(header).encode())
            write_block(stdin, data)
            stdin.flush()
            return json.loads(read_block(stdout)), read_block(stdout)
        except (BrokenPipeError, EOFError) as error:
            self.end()
            raise Undecodable("the decoder did not survive it") from error
        except BaseException:
            self.end()  # what is left of its answer must not become that to the next picture
            raise
        finally:
            killer.cancel()

    def end(self) -> None:
        """Kills the process and waits for it."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                _quietly_closed(pipe)


@dataclass(slots=True)
class Apart:
    """The pool. Processes are started when they are first needed, and anew after one died."""

    processes: int = PROCESSES
    cpu_s: int = CPU_S
    wall_s: float = WALL_S
    _idle: LifoQueue[Worker | None] = field(init=False)

    def __post_init__(self) -> None:
        self._idle = LifoQueue()
        for _ in range(self.processes):
            self._idle.put(None)

    def decode(self, file: Slim, *, most_pixels: int, longest_side: int, enough: int | None = None) -> Image.Image:
        """An upright RGB picture, as `app.media.pixels.upright_rgb` makes it. Blocks.

        Raises:
            TooManyPixels: told from the header.
            Undecodable: broken, or too costly.
        """
        worker = self._idle.get()
        try:
            if worker is None or worker.process.poll() is not None:
                worker = Worker.start()
            header = {
                "format": file.format,
                "orientation": file.orientation,
                "most_pixels": most_pixels,
                "longest_side": longest_side,
                "enough": enough,
                "cpu_s": self.cpu_s,
            }
            said, pixels = worker.ask(header, file.data, self.wall_s)
        finally:
            self._idle.put(worker)
        if "too_large" in said:
            raise TooManyPixels((said["too_large"][0], said["too_large"][1]))
        if "damaged" in said:
            raise Undecodable(said["damaged"])
        return Image.frombuffer("RGB", (said["size"][0], said["size"][1]), pixels, "raw", "RGB", 0, 1)

    def close(self) -> None:
        """Ends the idle processes."""
        for _ in range(self.processes):
            worker = self._idle.get()
            if worker is not None:
                worker.end()
            self._idle.put(None)


APART = Apart()


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("the process was started with pipes")
    return pipe


def _quietly_closed(pipe: IO[bytes]) -> None:
    """What was still to be written has no reader any more."""
    try:
        pipe.close()
    except BrokenPipeError:
        return
