"""The demo shop and the admin console: their pages, the files these load, and the few facts they start from. Everything
else they ask of `/v1`.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from app.catalog.endpoints import LocaleDep
from app.dependencies import ContainerDep, ShopDep
from app.settings import Locale, Settings
from app.storefront.samples import samples
from app.storefront.words import words

HERE = Path(__file__).parent


def content_policy(framed_by: str) -> str:
    """Nothing from elsewhere, nothing inline, and no markup from strings (CSP level 3, Trusted Types)."""
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {framed_by}",
            "require-trusted-types-for 'script'",
        )
    )


SHOP_POLICY = content_policy("'self'")
ADMIN_POLICY = content_policy("'none'")
"""No page lays itself around the console and has an admin click what they do not see."""

CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Said here because the machine's own table may differ, and with `nosniff` a wrong type stops the page."""

REVALIDATE = {"Cache-Control": "no-cache"}
"""Kept by the browser, asked about each time: a new release is seen at once, an old one costs a 304."""

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(HERE / "templates")
static = StaticFiles(directory=HERE / "static")


@router.api_route("/", methods=["GET", "HEAD"])
async def shop_page(request: Request, container: ContainerDep, locale: LocaleDep) -> Response:
    """The shop's page, in the language the browser asks for until the shopper chooses another."""
    return _page(request, "shop.html", container.settings, locale, SHOP_POLICY)


@router.api_route("/admin", methods=["GET", "HEAD"])
async def admin_page(request: Request, container: ContainerDep, locale: LocaleDep) -> Response:
    """The admin console. The page holds nothing of the shop's but its name: all else needs the key it asks for."""
    return _page(request, "admin.html", container.settings, locale, ADMIN_POLICY)


@router.api_route("/static/{path:path}", methods=["GET", "HEAD"])
async def static_file(request: Request, path: str) -> Response:
    """A file of the page, with an ETag; 304 when the browser has it, 404 for anything outside the folder."""
    response = await static.get_response(path, request.scope)
    response.headers.update(REVALIDATE)
    if "content-type" in response.headers and (known := CONTENT_TYPES.get(Path(path).suffix)):
        response.headers["content-type"] = known
    return response


@router.get("/config.json")
async def config(request: Request, container: ContainerDep) -> Response:
    """What the page must know before anybody asks: the shop, its limits, and the taxonomy's words."""
    settings = container.settings
    body = {
        "shop": settings.shop.model_dump(mode="json"),
        "limits": settings.limits.model_dump(include={"photo_bytes", "description_chars"}),
        "words": words(),
    }
    return _json(request, body)


@router.get("/samples.json")
async def sample_photos(request: Request, container: ContainerDep, _who: ShopDep) -> Response:
    """A few of the shop's own pictures to try with, each of another kind."""
    view = await container.live.view()
    return _json(request, {"items": samples(view.columns)})


def _page(request: Request, template: str, settings: Settings, locale: Locale, policy: str) -> Response:
    shown = {"shop": settings.shop, "limits": settings.limits, "photos": settings.photos}
    html = templates.get_template(template).render(locale=locale.value, **shown)
    headers = {"Content-Security-Policy": policy, "Vary": "Accept-Language"}
    return _revalidated(request, html.encode(), "text/html; charset=utf-8", headers)


def _json(request: Request, body: dict[str, Any]) -> Response:
    return _revalidated(request, json.dumps(body, ensure_ascii=False).encode(), "application/json", {})


def _revalidated(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    """200 with an ETag of the content, or 304 when the browser already has it (RFC 9110, section 13)."""
    headers = {**headers, **REVALIDATE, "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}
    if static.is_not_modified(Headers(headers), request.headers):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
