"""A service that cannot start says why in one line; a traceback is for bugs."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import AppError
from models.contracts import ModelError

FAILED = "lifespan.startup.failed"


class ClearStart:
    """Around an application whose lifespan raised on purpose: hands the server that reason alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            return await self._app(scope, receive, send)
        failed: list[Message] = []

        async def holding(message: Message) -> None:
            if message["type"] == FAILED:
                failed.append(message)  # Starlette puts the whole traceback into it
            else:
                await send(message)

        try:
            await self._app(scope, receive, holding)
        except (AppError, ModelError) as error:
            if not failed:
                raise
            await send({"type": FAILED, "message": str(error)})
        except BaseException:
            for message in failed:
                await send(message)
            raise
        return None
