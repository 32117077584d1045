"""Headers that every answer carries, for browsers (OWASP REST security and HTTP headers cheat sheets)."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.admission.groups import SHOP, path_of

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The policy of what is no page: should a browser show it as one, it may do nothing."""

ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": NOTHING,
}


class SecurityHeaders:
    """Sets what an answer did not set itself. What belongs to a shopper or an admin is kept by nobody on the way."""

    def __init__(self, app: ASGIApp, hsts_s: int = 0) -> None:
        """Args: hsts_s: seconds for which browsers shall speak TLS only (RFC 6797); 0 says nothing."""
        self._app = app
        self._hsts = f"max-age={hsts_s}; includeSubDomains" if hsts_s else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        private = path_of(scope).startswith(SHOP)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("X-Frame-Options", _frames(headers["content-security-policy"]))
                if private:
                    headers.setdefault("Cache-Control", "no-store")
                if self._hsts:
                    headers["Strict-Transport-Security"] = self._hsts
            await send(message)

        return await self._app(scope, receive, with_headers)


def _frames(policy: str) -> str:
    """What the policy says about frames, for browsers that do not know it."""
    return "SAMEORIGIN" if "frame-ancestors 'self'" in policy else "DENY"
