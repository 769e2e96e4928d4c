"""Files whose names say that they hold keys or passwords: nothing of them is ever put before a model."""

from __future__ import annotations

import os
from functools import cache, lru_cache
from pathlib import PurePath

import pathspec

_NAMES = 10_000
"""Paths whose names are remembered: a hundred patterns take longer than to read a small file."""
SECRETS = (
    "credentials", "!credentials/",  # the file, not a package of that name; what is in there is judged below
    # settings that are made of passwords; their templates hold none
    "*.env", "*.env.*", ".envrc", ".env-*", ".env_*", ".dev.vars", ".dev.vars.*",
    "!*.env.example", "!*.env.sample", "!*.env.template", "!*.env.dist", "!*.env.defaults", "!example.env",
    "!sample.env", "!.dev.vars.example",
    "*credentials.json", "credentials*.json", "credentials*.y*ml", "credentials*.toml",
    "credentials*.ini", "credentials*.xml", "credentials*.csv", "credentials*.txt", "credentials*.properties",
    "credentials*.enc",
    "secret.y*ml", "secrets.y*ml", "*[._-]secrets.y*ml", "secret.json", "secrets.json", "*[._-]secrets.json",
    "secrets.toml", "*[._-]secrets.toml", "secrets.ini", "secrets.xml", "secrets.txt", "secrets.properties",
    "secrets.enc", ".secrets",
    "client_secret*.json", "*service[-_]account*.json", "local.settings.json", "wp-config.php",
    "*.tfvars", "*.tfvars.json", "*.tfstate", "*.tfstate.*", ".vault-token", ".vault_pass*", "master.key",
    # keys and stores of keys
    "*.pem", "*.key", "*.p12", "*.pfx", "*.p8", "*.pkcs12", "*.jks", "*.keystore", "*.kdbx", "*.kdb", "*.ppk", "*.gpg",
    "*.pgp", "*.asc", "*.ovpn", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*",
    ".ssh/", ".gnupg/", ".aws/", ".azure/", ".kube/", "kubeconfig", "kubeconfig.y*ml", "*.kubeconfig",
    # where tools keep what they log in with
    ".npmrc", ".pypirc", ".netrc", "_netrc", ".authinfo*", ".pgpass", "pgpass.conf", ".my.cnf", ".git-credentials",
    ".htpasswd", ".dockercfg", "**/.docker/config.json", ".s3cfg", ".boto", ".passwd-s3fs", "auth.json",
    "**/.config/gcloud/",
    # what a shell remembers
    ".bash_history", ".zsh_history", ".psql_history", ".mysql_history", ".python_history", ".node_repl_history",
    "fish_history",
)  # fmt: skip
"""In the language of `.gitignore`, in lower case."""


def looks_secret(path: PurePath) -> bool:
    """Whether a file's name, or a folder's above it, says that it holds secrets. A link is judged by both its ends."""
    return any(named_like_secret(each) for each in {os.path.abspath(path), os.path.realpath(path)})


@lru_cache(_NAMES)
def named_like_secret(path: str) -> bool:
    """The same of an absolute path, whatever it is on the disk."""
    return _spec().match_file(path.replace(os.sep, "/").casefold().lstrip("/"))


@cache
def _spec() -> pathspec.GitIgnoreSpec:
    return pathspec.GitIgnoreSpec.from_lines(SECRETS)
