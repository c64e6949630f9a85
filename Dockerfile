# One image for every service, relay, consumer and job; the command decides.
FROM python:3.11.15-slim AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --require-hashes --only-binary=:all: -r requirements/runtime.txt
COPY . .
# The gateway has every static file of the other two. The secrets serve this step alone.
RUN python -m services.common.secrets /tmp/secrets \
    && SECRETS_DIR=/tmp/secrets/gateway GATEWAY_DATABASE_URL=postgres://gateway@localhost/gateway \
       python manage.py gateway collectstatic --noinput \
    && rm -r /tmp/secrets


FROM python:3.11.15-slim

RUN groupadd --gid 10001 shop \
    && useradd --uid 10001 --gid shop --no-create-home --shell /usr/sbin/nologin shop \
    && install --directory --owner=shop --group=shop --mode=700 \
       /secrets/gateway /secrets/orders /secrets/payments
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
USER 10001
EXPOSE 8000
ENV HEALTH_URL=http://127.0.0.1:8000/readyz
HEALTHCHECK --interval=5s --timeout=6s --start-period=30s --retries=6 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(os.environ['HEALTH_URL'], timeout=5)"]
CMD ["python", "-m", "services.common.serve", "gateway", "--listen=0.0.0.0:8000"]
