"""A real nginx with docs/nginx.conf, on free ports and with a new certificate."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme

from e2e.server import PATIENCE, ROOT, free_port, wait_until_it_listens

HOST = "127.0.0.1"
# The settings of Debian's package, which write logs with query strings.
MAIN = """\
daemon off;
{user}
pid {directory}/nginx.pid;
error_log {directory}/outer-error.log;
events {{}}
http {{
    access_log {directory}/outer-access.log;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    include {directory}/portal.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """Where nginx listens, and the directory of its logs."""

    directory: Path
    http_port: int
    https_port: int

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.https_port}"

    @property
    def tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.directory / "authority.pem")

    @property
    def access_log(self) -> str:
        return (self.directory / "access.log").read_text()

    @property
    def logs(self) -> str:
        """All logs, including the logs of Debian's settings."""
        return "".join(path.read_text() for path in self.directory.glob("*.log"))

    @contextlib.contextmanager
    def connect(self) -> Iterator[ssl.SSLSocket]:
        """A connection over TLS."""
        with (
            socket.create_connection((HOST, self.https_port), PATIENCE) as plain,
            self.tls.wrap_socket(plain, server_hostname=HOST) as connection,
        ):
            yield connection

    def send(self, content: bytes) -> bytes:
        """The response to these bytes over TLS, until nginx closes the connection."""
        with self.connect() as connection:
            connection.sendall(content)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@contextlib.contextmanager
def run_nginx(nginx: Nginx, *, upstream_port: int) -> Iterator[Nginx]:
    """Runs nginx in front of a server on this port."""
    _write_certificate(nginx.directory)
    (nginx.directory / "portal.conf").write_text(_configuration(nginx, upstream_port))
    user = "user root root;" if os.geteuid() == 0 else ""
    main = nginx.directory / "nginx.conf"
    main.write_text(MAIN.format(directory=nginx.directory, user=user))
    command = [find_nginx(), "-e", str(nginx.directory / "outer-error.log"), "-c", str(main)]
    log = nginx.directory / "output"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        wait_until_it_listens(process, nginx.https_port, log)
        yield nginx
    finally:
        process.terminate()
        process.wait(PATIENCE)


def find_nginx() -> str:
    """The path of the program."""
    return subprocess.check_output([ROOT / ".ci" / "find-nginx"], text=True).strip()


def new_nginx(directory: Path) -> Nginx:
    """An nginx to run in this directory, on free ports."""
    return Nginx(directory, free_port(), free_port())


def _configuration(nginx: Nginx, upstream_port: int) -> str:
    """docs/nginx.conf with other ports and paths."""
    text = (ROOT / "docs" / "nginx.conf").read_text()
    text = re.sub(r"\n +listen \[::\].*", "", text)
    for old, new in {
        "listen 80;": f"listen {HOST}:{nginx.http_port};",
        "listen 443 ssl;": f"listen {HOST}:{nginx.https_port} ssl;",
        "server portal:8000;": f"server {HOST}:{upstream_port};",
        "/etc/nginx/certificates": str(nginx.directory),
        "/var/log/nginx": str(nginx.directory),
        "https://$host$request_uri": f"https://$host:{nginx.https_port}$request_uri",
    }.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def _write_certificate(directory: Path) -> None:
    """A certificate for the tests' address, and the certificate of its authority."""
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(directory / "authority.pem")
    certificate.private_key_pem.write_to_path(directory / "portal.key")
    for pem in certificate.cert_chain_pems:
        pem.write_to_path(directory / "portal.pem", append=True)
