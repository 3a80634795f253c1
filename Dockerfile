# Portal as a container. compose.yaml adds PostgreSQL and nginx.
# All packages are wheels, so the image needs no compiler and no second build stage.
FROM python:3.13.14-slim-trixie

WORKDIR /srv/portal
COPY requirements.txt .
RUN pip install --no-cache-dir --root-user-action=ignore -r requirements.txt

COPY manage.py .
COPY portal portal
COPY static static
COPY templates templates

ENV DJANGO_SETTINGS_MODULE=portal.settings.production \
    PYTHONUNBUFFERED=1 \
    BIND=0.0.0.0
# Only this command uses this key and this URL.
RUN python -m compileall -q portal manage.py \
    && SECRET_KEY=only-to-collect-the-static-files PUBLIC_URL=http://localhost \
    DATABASE_URL=sqlite://:memory: python manage.py collectstatic --noinput

# Root owns the code, so that the server cannot change it. An SQLite database can be in /data.
RUN useradd --system --uid 10001 --no-create-home portal && install -d -o portal /data
USER 10001

EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez')"]
CMD ["gunicorn", "-c", "python:portal.server", "portal.wsgi"]
