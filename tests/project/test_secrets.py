from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from breadknife.project.secrets.names import looks_secret

SECRET = """
    .env .env.local .ENV .env.production app/.env.test prod.env .envrc .env.bak docker-secrets.env
    id_rsa id_rsa.pub keys/id_ed25519 server.pem tls/server.key store.p12 store.jks pass.kdbx key.asc x.ovpn wg0.conf
    jump_rsa work_ed25519 ssh_host_rsa_key deploy_key AuthKey_ABC123.p8 release.keystore host.keypair krb5.keytab
    .ssh/config .aws/credentials .aws/config .kube/config kubeconfig kubeconfig.yaml prod.kubeconfig .gnupg/ring
    kubeconfig-prod.yaml .azure/accessTokens.json .config/gcloud/access_tokens.db .config/gh/hosts.yml k3s.yaml
    credentials credentials.json credentials.yml.enc gcp-credentials.json client_secret_12.json service-account.json
    my_service_account_key.json serviceAccountKey.json gcloud-prod.json gcp_sa.json sa.json google-services.json
    myapp-firebase-adminsdk-abc12-3f.json firebase-adminsdk-x1y2.json application_default_credentials.json
    aws_credentials accessKeys.csv rootkey.csv azure_credentials.json azureauth.json app.publishsettings
    secrets.yaml secrets.json prod-secrets.yml .streamlit/secrets.toml master.key secrets.py credentials.py creds.py
    local_settings.py settings_local.py app/settings/local.py instance/config.py config.local.js prod.secret.exs
    arduino_secrets.h wifi_secrets.h Secrets.swift Secrets.xcconfig secrets.rb config/initializers/secret_token.rb
    passwords.txt password.txt passwords.xlsx logins.txt BitlockerLAPSPasswords.csv db_password .htpasswd users.htpasswd
    .smbcredentials proftpdpasswd etc/shadow api_key.txt api_keys.json ai/API-KEY stripe_keys.json apikey.dat
    github_token .github_token github-pat token.json oauth_token.txt .vault-token vault.yml group_vars/all/vault.yml
    .vault_pass.txt ansible_vault_password vault-password
    .npmrc .pypirc pip.conf .netrc _netrc .pgpass pgpass.conf .git-credentials .docker/config.json auth.json
    .dockercfg docker-config.json .my.cnf .mylogin.cnf .s3cfg .boto rclone.conf .databrickscfg .sentryclirc .muttrc
    .m2/settings.xml .gradle/gradle.properties keystore.properties key.properties local.properties
    wp-config.php wp-config.bak LocalSettings.php configuration.php config.inc.php sites/default/settings.php
    database.yml parameters.yml mongoid.yml application-prod.yml appsettings.Production.json
    terraform.tfvars prod.auto.tfvars terraform.tfstate terraform.tfstate.backup .terraformrc credentials.tfrc.json
    sftp-config.json .vscode/sftp.json .ftpconfig filezilla.xml recentservers.xml WinSCP.ini unattend.xml
    .bash_history .zsh_history .psql_history local.settings.json logins.json key4.db wallet.dat keypair.json
    credentials/id_rsa credentials/.env config/credentials secrets/db.txt
    .secrets.toml app_secrets.toml prod.tfvars.json .dev.vars .dev.vars.staging .secrets prod.env.local
    .local/share/fish/fish_history jwt_secret jwt-secret.txt recovery-codes.txt wallet.agilekeychain/data/1
"""
ORDINARY = """
    main.py .env.example .env.sample .env.template environment.py env.py dotenv.ts prod.env.example .dev.vars.example
    credentials/provider.go credentials.go Credentials.java credential_store.rs credentials_test.go credentials/store.py
    secret_santa.py secrets_test.go secrets_manager.py test_secrets.py scan_secrets.py secret_service.go SecretKey.java
    secrets/manager.go internal/secrets/store.go secretary.py secretion.ts rotate_secret.rb secrets.tf secrets.go
    password_strength.py password_reset.html PasswordField.tsx passwords.py password.go hash_passwords.rb Password.vue
    passwordless.ts password_validators.py passwd.c getpass.py pass.py passport.js passenger.rb bypass.py compass.rb
    key.ts keys.py keyboard.c keyboard.json monkey.rb keymap.lua keyword.py keystore.go keychain.swift key_test.go
    api_keys.py api_key.rb apikeys.ts routes/api_keys.ts private_key.py public_key.rs rsa.go rsa.py crypto_rsa/sign.go
    token.py tokens.py tokenizer.py tokenizer.json tokenizer_config.json tokens.json token.go token.ts tokens.css
    csrf_token.py parse_token.c token_bucket.py access_token.rb auth.py auth.ts authenticate.go oauth.py oauth2.py
    authors.txt login.py login.tsx LoginForm.vue session.py account.py accounts.py users.json user.py
    pem.rs ssh.py ssh_config.go kubeconfig.go kube/client.go config.json docker/config.json config.py settings.py
    settings.json base_settings.py settings/base.py settings/production.py appsettings.json application.yml
    package.json tfvars.go state.tf main.tf variables.tf vault.go vault/client.py history.sh history.py netrc.py
    pgpass.go database.py database.rb schema.rb db.py npm.ts wallet.ts Wallet.sol aws.py gcloud.py azure.ts
    tfvars.json dev.vars.ts fish_history.py vite-env.d.ts .secrets.baseline credentials.example.json
    secrets-template.yaml wp-config-sample.php id.py rsync.conf nginx.conf service.py account_service.py
    service_account.go certificate.py cert_manager.go signing.py sign.rs encryption.py hash.py seed.py seeds.rb
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
