"""What a log may say of a bug: where it happened and of which type, never what it was about.

The text of an exception often quotes what it met (`invalid literal for int(): '…'`), and in a request that is a
shopper's words.
"""

import traceback


def described(error: BaseException) -> list[str]:
    """Types and places of an error and of those it came from, the first cause last; one line each."""
    lines: list[str] = []
    met: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in met:
        met.add(id(at))
        lines.append(f"{type(at).__module__}.{type(at).__qualname__}")
        lines += [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(at.__traceback__)]
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return lines
