"""The application with its OpenAPI document; /docs and /redoc without a CDN, each with a policy that lets in what it
loads and nothing else.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.openapi.document import complete

FILES = "/static-offline-docs"
"""Where the pages' scripts are; fastapi-offline brings them."""

TAGS = [
    {
        "name": "recommendations",
        "description": "A photo and words in; garments and outfits out, kept and fetched again.",
    },
    {"name": "shoppers", "description": "Pseudonymous shoppers, their sizes, and what they do."},
    {"name": "tags", "description": "What a photo shows."},
    {"name": "catalogue", "description": "Items as shoppers see them, and what goes with them."},
    {"name": "admin", "description": "Feeds, live changes, indexes, jobs and the audit trail: with an admin's key."},
    {"name": "operations", "description": "Whether the service lives and can answer."},
]
ABOUT = """\
Self-hosted virtual try-on recommendations. Send a key as `Authorization: Bearer <key>`; `tryon keys create` makes one.
Its scope is `shop` (may sit in a browser), `server` (the shop's backend) or `admin`, each including the one before.

Errors are `application/problem+json` (RFC 9457). Lists are pages: send `next` as `cursor`. A POST may carry an
`Idempotency-Key`, which makes its retry harmless for 24 hours. After 429 and 503 wait as `Retry-After` says.
"""

INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
STYLES = "style-src 'self' 'unsafe-inline'"
"""Both pages write styles as they draw; styles run nothing."""

REST = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Documented(FastAPI):
    """An application whose document is complete."""

    def openapi(self) -> dict[str, Any]:
        known = self.openapi_schema
        document = super().openapi()
        if document is not known:  # made anew: for the first time, or as routes were added
            complete(document)
        return document


def operation_id(route: APIRoute) -> str:
    """The name of the function behind a route: what clients call the operation, so renaming it breaks them."""
    return route.name


def documented(**options: Any) -> FastAPI:
    """A FastAPI application with both pages. `options` are FastAPI's own."""
    app = Documented(
        docs_url=None,
        redoc_url=None,
        description=ABOUT,
        openapi_tags=TAGS,
        servers=[{"url": "/", "description": "Where this document comes from."}],
        generate_unique_id_function=operation_id,
        **options,
    )
    scripts = Path(fastapi_offline.__file__).parent / "static"
    app.mount(FILES, StaticFiles(directory=scripts), name="documentation")

    @app.get("/docs", include_in_schema=False)
    async def swagger(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        return _guarded(
            get_swagger_ui_html(
                openapi_url=f"{root}{app.openapi_url}",
                title=f"{app.title} - API",
                swagger_js_url=f"{root}{FILES}/swagger-ui-bundle.js",
                swagger_css_url=f"{root}{FILES}/swagger-ui.css",
                swagger_favicon_url=f"{root}{FILES}/favicon.png",
            )
        )

    @app.get("/redoc", include_in_schema=False)
    async def redoc(request: Request) -> HTMLResponse:
        root = request.scope.get("root_path", "")
        return _guarded(
            get_redoc_html(
                openapi_url=f"{root}{app.openapi_url}",
                title=f"{app.title} - API",
                redoc_js_url=f"{root}{FILES}/redoc.standalone.js",
                with_google_fonts=False,
                redoc_favicon_url=f"{root}{FILES}/favicon.png",
            )
        )

    return app


def _guarded(page: HTMLResponse) -> HTMLResponse:
    """With a policy that runs our own files and just the inline scripts that the page came with, by their hash."""
    scripts = INLINE_SCRIPT.findall(bytes(page.body))
    hashes = "".join(f" 'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" for script in scripts)
    page.headers["Content-Security-Policy"] = f"{REST}; script-src 'self'{hashes}; {STYLES}"
    return page
