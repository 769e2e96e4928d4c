"""Files whose names say that they hold keys or passwords: nothing of them is ever put before a model."""

from __future__ import annotations

import os
import re
from functools import cache, lru_cache
from pathlib import PurePath

_REMEMBERED = 10_000
"""Paths whose names are remembered: each is asked about several times."""

DATA = "json ya?ml toml ini xml csv txt dat properties cfg cnf conf plist enc gpg env edn"
"""Suffixes of settings and lists."""
CODE = "py rb php m?js cjs ts h hpp swift kt dart exs xcconfig sh ps1 lua"
"""Suffixes of settings that are code. In other languages a file called `credentials` is a part of a program."""
OFFICE = "xlsx? docx? od[st] txt csv"
"""Suffixes of documents in which people write passwords down."""

STEMS: tuple[tuple[str, str], ...] = (
    # what holds nothing else, whatever it is written in
    ("secrets? *.secrets? credentials creds? settings[_-]secrets? secrets?[_-]settings", CODE),
    ("(my|app|local|dev|prod|production|staging|site|project|config|arduino|wifi|aws|db|user|private)[_-](secrets?|creds)",
     CODE),
    ("local_settings settings_local config.local settings.local", f"{CODE} json ya?ml"),
    # in lists and settings a word is enough; in code it would say what is done with them
    ("*secret* *credential* *creds creds[._-]* *passw* *api[-_]?key* *private[-_]?key* *privkey* *service[-_]?account*",
     DATA),
    ("*.dec kubeconfig* *(recovery|backup)[-_]codes* *seed[-_]phrase*", DATA),
    ("*passwords logins? accounts pass pwds? mnemonic seed", OFFICE),
    ("*[-_]keys? keys? keyfile sa *[-_]sa gcloud* *firebase-adminsdk* kaggle docker[-_]?config", "json txt"),
    ("azureauth accesstokens wallet keystore *keypair tokens[-_]* ormconfig deployment-config", "json"),
    ("token *[-_]token oauth[-_]?token*", "json txt pickle ya?ml"),
    ("*access[-_]?keys? rootkey*", "csv txt json"),
    ("*vault* database parameters mongoid beanstalkd", "ya?ml"),
    ("application-(local|prod|production)", "ya?ml properties"),
    ("local key keystore signing fabric", "properties"),
    ("keys", "plist xcconfig"),
    ("wp-config* localsettings config.inc configuration", "php"),
)  # fmt: skip
"""Names without their suffixes, and the suffixes. `*` is anything, `.` is a dot; the rest is as in patterns of `re`."""

BARE = """
    *credentials? *creds? *passwds? *passwords? shadow *[-_]token *api[-_]?keys? *[-_]secrets? *[-_]pat privkey
    deploy[-_]key *[-_]deploy[-_]key private[-_]?key *_rsa *_dsa *_ecdsa *_ed25519 ssh_host_*_key
    encrypted_data_bag_secret
"""
"""Names without a suffix, which may begin with a dot; here `*` is anything but a dot."""

FILES = r"""
    .secrets? *.secrets? *.credentials .tokens? *.tokens? *.oauth2? *.service-account *.passwd *.passwords? *.htpasswd
    *vault[-_]pass* .vault-token
    .env .env.* *.env *.env.* .env[-_]* .envrc .dev.vars .dev.vars.* .rbenv-vars secret_token.rb knife.rb
    appsettings.(production|local|secrets).json local.settings.json google-services.json googleservice-info.plist
    *.publishsettings *.pubxml *.pubxml.user *.cscfg *.properties.local *.tfvars *.tfvars.json *.tfstate *.tfstate.*
    .terraformrc terraform.rc *.tfrc.json logins.json key[34].db signons.sqlite
    *.pem *.key *.p12 *.pfx *.p8 *.pkcs8 *.pkcs12 *.jks *.jceks *.bks *.keystore *.keypair *.keyring *.truststore
    *.keytab *.kdbx? *.kwallet *.psafe3 *.1pif *.keychain *.keychain-db *.ppk *.gpg *.pgp *.asc *.private_key *.pvk
    *.snk *.agekey *.ovpn *.tblk *.rdp *.rdg *.vnc *.bek *.tpm *.fve wg[0-9]*.conf wallet.dat *.wallet utc--20*
    *.mobileprovision id_rsa* id_dsa* id_ecdsa* id_ed25519* kubeconfig *.kubeconfig *[-_]kubeconfig k3s.ya?ml
    .npmrc .pypirc pip.(conf|ini) .?netrc _netrc .?authinfo* .?pgpass pgpass.conf .my.cnf .mylogin.cnf .git-credentials
    .gitrobrc .dockercfg .dockerconfigjson .?s3cfg .boto .passwd-s3fs rclone.conf auth.json .curlrc .wgetrc .sentryclirc
    .databrickscfg .tugboat .trc .msmtprc .esmtprc .fetchmailrc .offlineimaprc .mbsyncrc .?muttrc filezilla.xml
    sitemanager.xml recentservers.xml webservers.xml connections.xml sftp-config(.json)? .ftpconfig .remote-sync.json
    winscp.ini ws_ftp.ini ventrilo_srv.ini (ultra)?vnc.ini mobaxterm.ini confcons.xml unattend.xml sysprep.(inf|xml)
    groups.xml cccam.cfg admin.conf wp-config.*
    datasources.local.xml robomongo.json .?dbeaver-data-sources.xml .mongo(sh)?rc.js
    jenkins.plugins.publish_over*.xml
    .*_history .history fish_history consolehost_history.txt .zhistory .histfile .dbshell
"""
"""Whole names, written as in `STEMS`."""

PLACES = r"""
    settings/local.py instance/config.py etc/env.php default/settings*.php sites/*/settings*.php .docker/config.json
    .gradle/gradle.properties .m2/settings*.xml pypoetry/auth.toml huggingface/token age/keys.txt .vscode/sftp.json
    .?config/hub secrets/*.(txt|json|ya?ml) doctl/config.ya?ml .bundle/config .?purple/accounts.xml .?irssi/config
    .?xchat2?/servlist_?.conf .?recon-ng/keys.db
"""
"""A file's name with those of the folders that it is in."""

FOLDERS = ".ssh .gnupg .aws .azure .kube .oci .gsutil .chef .dbt .snowsql *.agilekeychain *.opvault"
"""Names of folders in which each file is secret."""
DEEP_FOLDERS = ("/.config/gcloud/", "/.config/gh/", "/.config/sops/", "/run/secrets/")
"""The same for folders that only their parents tell apart."""

TEMPLATES = r"""
    *.env.(example|sample|template|dist|defaults) (example|sample|template).env .dev.vars.example wp-config-sample.php
    .secrets.baseline *[._-](example|sample|template|schema).* *.(example|sample|template|dist)
"""
"""Names that fit although the file holds no secret: forms to be filled in."""


def looks_secret(path: PurePath) -> bool:
    """Tell whether a file's name, or a folder's above it, says that it holds secrets. A link is judged by both its
    ends."""
    return any(map(named_like_secret, {os.path.abspath(path), os.path.realpath(path)}))


@lru_cache(_REMEMBERED)
def named_like_secret(path: str) -> bool:
    """Tell the same of an absolute path by its text alone. The path of a folder ends in a slash."""
    folded = path.replace(os.sep, "/").casefold()
    above, _, name = folded.rpartition("/")
    names, places, folders, templates = _matchers()
    if any(map(folders.fullmatch, above.split("/"))) or any(folder in folded for folder in DEEP_FOLDERS):
        return True
    return bool(names.fullmatch(name) or places.search(folded)) and templates.fullmatch(name) is None


@cache
def _matchers() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of names, of places (names with their folders), of folders, and of templates."""
    bare = rf"\.?(?:{_any(BARE, any_of='[^./]*')})"
    stems = (rf"(?:{_any(names)})\.(?:{_any(ends)})" for names, ends in STEMS)
    patterns = "|".join((bare, *stems, _any(FILES))), rf"/(?:{_any(PLACES)})\Z", _any(FOLDERS), _any(TEMPLATES)
    return tuple(map(re.compile, patterns))


def _any(names: str, any_of: str = "[^/]*") -> str:
    """Return a pattern of any of the names, which blanks part; `any_of` is the pattern for `*`."""
    return "|".join(name.replace(".", r"\.").replace("*", any_of) for name in names.split())
