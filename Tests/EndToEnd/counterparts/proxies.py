"""nginx and HAProxy in front of a server, each with a configuration of its own, on loopback."""

import shutil
from pathlib import Path

from .processes import Server, free_port, is_root

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"


class Nginx(Server):
    """nginx as its manual sets it up; connections to us are kept and shared by its clients."""

    def __init__(self, folder: Path, upstream: int):
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(f"""
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
{"user root;" if is_root() else ""}
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  client_max_body_size 0;
  large_client_header_buffers 8 64k;
  upstream martlet {{ server 127.0.0.1:{upstream}; keepalive 1; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://martlet;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
    }}
  }}
}}
""")
        super().__init__([NGINX, "-c", str(configuration), "-p", str(folder)], port, folder / "nginx.log")


class HAProxy(Server):
    """HAProxy that shares its connections to us among all clients.

    `lax` lets odd requests pass; `narrow` has one connection for everybody.
    """

    def __init__(self, folder: Path, upstream: int, lax: bool = False, narrow: bool = False):
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        configuration = folder / "haproxy.cfg"
        configuration.write_text(f"""
global
  maxconn 512
  tune.bufsize 131072
  tune.http.maxhdr 1024
defaults
  mode http
  timeout connect 5s
  timeout queue 200ms
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
  retries 0
frontend front
  bind 127.0.0.1:{port}
  {"option accept-invalid-http-request" if lax else ""}
  http-request set-header X-Forwarded-Proto http
  default_backend martlet
backend martlet
  {"option accept-invalid-http-response" if lax else ""}
  server one 127.0.0.1:{upstream} {"maxconn 1" if narrow else ""}
""")
        super().__init__([HAPROXY, "-db", "-f", str(configuration)], port, folder / "haproxy.log")
