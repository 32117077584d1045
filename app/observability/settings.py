"""What an operator may set about seeing the service run."""

from pydantic import BaseModel, Field, SecretStr, field_validator

TOKEN_CHARS = 16


class MetricsSettings(BaseModel):
    """`token`: what a scraper must send as `Authorization: Bearer …`; empty lets anybody read /metrics who reaches it.

    `worker_port`: where `tryon worker` shows its own metrics, on `worker_host`, to whoever reaches that: it asks for no
    token; 0: nowhere.
    """

    token: SecretStr = SecretStr("")
    worker_host: str = "127.0.0.1"
    worker_port: int = Field(default=0, ge=0, le=65535)

    @field_validator("token")
    @classmethod
    def _not_to_be_guessed(cls, token: SecretStr) -> SecretStr:
        text = token.get_secret_value()
        if text and (len(text) < TOKEN_CHARS or not text.isascii() or not text.isprintable() or " " in text):
            raise ValueError(f"must have at least {TOKEN_CHARS} letters, digits or signs, and no space")
        return token


class TraceSettings(BaseModel):
    """Traces by OpenTelemetry (extra `otel`), off while `endpoint` is empty.

    `endpoint`: where they are sent by OTLP over HTTP, such as `http://collector:4318/v1/traces`. `share`: of requests
    that nobody upstream decided about, so many are traced.
    """

    endpoint: str = Field(default="", pattern=r"^(https?://\S+)?$")
    share: float = Field(default=1.0, ge=0, le=1)
    service: str = Field(default="tryon", min_length=1)
