"""/docs and /redoc without a CDN, each with a policy that lets in what it loads and nothing else."""

import base64
import hashlib
import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi_offline import FastAPIOffline
from starlette.requests import Request
from starlette.responses import HTMLResponse

FILES = "/static-offline-docs"
"""Where fastapi-offline mounts the pages' scripts."""

INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
STYLES = "style-src 'self' 'unsafe-inline'"
"""Both pages write styles as they draw; styles run nothing."""

REST = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self' data:; worker-src blob:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def documented(**options: Any) -> FastAPI:
    """A FastAPI application with both pages. `options` are FastAPI's own."""
    app = FastAPIOffline(docs_url=None, redoc_url=None, static_url=FILES, **options)

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
