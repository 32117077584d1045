"""Coverage-guided fuzzing of the catalogue's door: a feed in any format, told by its content, read to its end.

`pip install atheris`, then `python -m bench.fuzz_feeds -max_total_time=300`; see bench/fuzz_photo.py.
"""

import gzip
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["app.catalog.feeds"]):
    from app.catalog.feeds.formats import FeedFormat, read_feed
    from app.errors import AppError

EXAMPLES = (
    b'id,title,price,colour,image\n1,Dress,19.90 EUR,red,1.jpg\n2,"Coat\n, long",5,,\n',
    b'{"id": "1", "title": "Dress", "price": {"amount": "1", "currency": "EUR"}, "sizes": ["M"]}\n{"id": 2}\n',
    b"id\ttitle\tprice\timage_link\titem_group_id\n1\tDress\t19.90 EUR\thttp://x/1.jpg\tg\n",
    b'<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0"><channel><item><g:id>1</g:id>'
    b"<g:title>Dress</g:title><g:price>1 EUR</g:price></item></channel></rss>",
    b"Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Image Src\n"
    b"d,Dress,<p>x</p>,v,Dresses,Size,M,1,9.90,http://x/1.jpg\n",
    "id,title\n1,连衣裙\n".encode("utf-16"),
    gzip.compress(b"id,title\n1,Dress\n", mtime=0),
)
FORMATS = tuple(FeedFormat)


def feed(data: bytes, path: Path) -> None:
    """Rows, or an error that says what is wrong; anything else is a finding. The first byte chooses the format."""
    path.write_bytes(data[1:])
    format_ = FORMATS[data[0] % len(FORMATS)] if data else FeedFormat.auto
    if format_ is FeedFormat.folder:
        format_ = FeedFormat.auto
    try:
        for _row in read_feed(path, format_):
            pass
    except AppError:
        return


def main() -> None:
    with TemporaryDirectory() as corpus, TemporaryDirectory() as place:
        for number, data in enumerate(EXAMPLES):
            Path(corpus, str(number)).write_bytes(b"\0" + data)
        path = Path(place, "feed.txt")
        atheris.Setup([*sys.argv, corpus, "-timeout=10", "-max_len=4000"], lambda data: feed(data, path))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
