# The service with its shipped model. Runs as a normal user; data lives in /data.
FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY app app
COPY models models
COPY migrations migrations
RUN python -m venv /opt/tryon \
 && /opt/tryon/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt -e '.[export]'

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 tryon && mkdir /data && chown tryon /data
COPY --from=build /opt/tryon /opt/tryon
COPY --from=build /src /src
ENV PATH=/opt/tryon/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1 \
    TRYON_DATA_DIR=/data \
    TRYON_HOST=0.0.0.0 \
    TRYON_PORT=8000
USER tryon
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=600s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["tryon", "serve"]
