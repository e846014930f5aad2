# One image for both services. The server needs no GPU; a worker that has one is built with LOCK=requirements-cuda.txt.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS packages
ARG LOCK=requirements.txt
COPY ${LOCK} /tmp/lock.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/lock.txt

FROM python:${PYTHON}-slim
RUN useradd --uid 10001 --create-home fitboard \
    && mkdir /data \
    && chown fitboard:fitboard /data
WORKDIR /srv/fitboard
COPY --from=packages /opt/venv /opt/venv
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY jobs jobs
COPY alembic alembic
COPY templates templates
COPY static static
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FITBOARD_DATA_DIR=/data
USER fitboard
VOLUME /data
EXPOSE 8000
CMD ["fitboard", "server"]
