from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from breadknife.project.secrets import looks_secret

SECRET = """
    .env .env.local .ENV .env.production app/.env.test prod.env .envrc
    id_rsa id_rsa.pub keys/id_ed25519 server.pem tls/server.key store.p12 store.jks pass.kdbx key.asc x.ovpn
    .ssh/config .aws/credentials .aws/config .kube/config kubeconfig kubeconfig.yaml prod.kubeconfig .gnupg/ring
    credentials credentials.json credentials.yml.enc gcp-credentials.json client_secret_12.json service-account.json
    my_service_account_key.json secrets.yaml secrets.json prod-secrets.yml .streamlit/secrets.toml master.key
    .npmrc .pypirc .netrc _netrc .pgpass .git-credentials .htpasswd .docker/config.json auth.json
    terraform.tfvars prod.auto.tfvars terraform.tfstate terraform.tfstate.backup .bash_history local.settings.json
    credentials/id_rsa credentials/.env config/credentials
    .secrets.toml app_secrets.toml prod.tfvars.json .dev.vars .dev.vars.staging .secrets prod.env.local
    .local/share/fish/fish_history
"""
ORDINARY = """
    main.py .env.example .env.sample .env.template environment.py env.py dotenv.ts
    credentials.py auth/credentials.ts credentials/provider.go secrets.py secret_santa.py secrets_test.go
    key.ts keys.py keyboard.c monkey.rb pem.rs rsa.go ssh.py kubeconfig.go config.json docker/config.json
    prod.env.example .dev.vars.example .secrets.baseline tfvars.json dev.vars.ts fish_history.py vite-env.d.ts
    settings.json package.json tfvars.go state.tf auth.ts history.sh netrc.py pgpass.go
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_secret(name: str) -> None:
    assert looks_secret(PurePosixPath("/home/me/project") / name)


@pytest.mark.parametrize("name", ORDINARY.split())
def test_ordinary(name: str) -> None:
    assert not looks_secret(PurePosixPath("/home/me/project") / name)


def test_a_link_is_judged_by_both_its_ends(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("KEY=1")
    (tmp_path / "plain.py").write_text("")
    (tmp_path / "settings.txt").symlink_to(tmp_path / ".env")
    (tmp_path / "id_rsa").symlink_to(tmp_path / "plain.py")
    assert looks_secret(tmp_path / "settings.txt")
    assert looks_secret(tmp_path / "id_rsa")
