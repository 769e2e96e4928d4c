"""`--offline` makes the network impossible: whatever a library tries is refused before a packet exists."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ATTEMPTS = {
    "a connection": "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
    "a datagram": "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "an IPv6 connection": "import socket; socket.create_connection(('2001:db8::1', 80), 1)",
    "a name": "import socket; socket.getaddrinfo('example.invalid', 80)",
    "urllib": "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
    "requests": "import requests; requests.get('http://192.0.2.1/', timeout=1)",
    "asyncio": "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
    "the hub": "import huggingface_hub as h; h.HfApi().model_info('a/b', timeout=1)",
}


def run(code: str) -> subprocess.CompletedProcess[str]:
    guard = "from breadknife.offline import forbid_network; forbid_network()\n"
    return subprocess.run([sys.executable, "-c", guard + code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("code", ATTEMPTS.values(), ids=ATTEMPTS.keys())
def test_refused(code: str) -> None:
    result = run(code)
    assert result.returncode != 0
    assert "offline: " in result.stderr


def test_loopback_still_works() -> None:
    code = """
import socket
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
print("reached", socket.getaddrinfo("localhost", 80)[0][0] is not None)
"""
    result = run(code)
    assert result.stdout.strip() == "reached True", result.stderr


@pytest.mark.parametrize(
    ("environment", "arguments"),
    [
        ({"BREADKNIFE_OFFLINE": "1"}, ["setup", "languagetool"]),
        ({"BREADKNIFE_OFFLINE": "always"}, ["setup", "languagetool"]),
        ({"BREADKNIFE_OFFLINE": "2"}, ["setup", "languagetool"]),
        ({}, ["setup", "languagetool", "--offline"]),
        ({}, ["--offline", "setup", "languagetool"]),
    ],
)
def test_setup_refuses_offline(home: Path, environment: dict[str, str], arguments: list[str]) -> None:
    command = [sys.executable, "-m", "breadknife", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)
    assert result.returncode == 1
    assert "offline nothing is fetched" in result.stderr


def test_pull_refuses_offline(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("BREADKNIFE_HOME", str(tmp_path))
    result = subprocess.run(
        [sys.executable, "-m", "breadknife", "models", "pull", "smollm2-135m", "--offline"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 2
    assert "offline" in result.stderr
