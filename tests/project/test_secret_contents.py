"""Secrets in texts. They are made up at random when a test runs: none is committed."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.project.secrets.contents import is_in_secret, masked, secrets_in

LETTERS = {
    "a": string.ascii_letters + string.digits,
    "b": string.ascii_letters + string.digits + "+/",
    "d": string.digits,
    "h": "0123456789abcdef",
    "u": string.ascii_uppercase + string.digits,
    "w": string.ascii_letters + string.digits + "_-",
}
TIMES = 20

KEYS = """
    AKIA{u16} ASIA{u16} ghp_{a36} gho_{a36} ghs_{a36} github_pat_{a22}_{a59} glpat-{w20} glrt-{w20}
    xoxb-{d12}-{d12}-{a24} xoxp-{d12}-{d12}-{d12}-{h32} xapp-1-A{u10}-{d13}-{h64} sk_live_{a24} rk_live_{a24}
    sk_test_{a24} whsec_{a32} AIza{w35} ya29.{w60} GOCSPX-{w28} sk-{a48} sk-proj-{w48} sk-ant-api03-{w93}AA hf_{a34}
    gsk_{a52} r8_{a37} npm_{a36} pypi-AgEIcHlwaS5vcmc{w60} rubygems_{h48} dckr_pat_{w27} dop_v1_{h64} SG.{w22}.{w43}
    key-{h32} {h32}-us12 SK{h32} {d10}:AA{w33} shpat_{h32} shpss_{h32} sq0atp-{w22} sq0csp-{w43} EAA{a60} lin_api_{a40}
    ntn_{a46} figd_{w40} PMAK-{h24}-{h34} NRAK-{u27} glsa_{a32}_{h8} glc_{b60}= hvs.{w90} {a14}.atlasv1.{w60}
    AGE-SECRET-KEY-1{u58}
    dapi{h32} HRKU-{h8}-{h4}-{h4}-{h4}-{h12} xkeysib-{h64}-{a16} ATATT3{w180}={h8} LTAI{a20} AKID{a32} dp.pt.{a43}
    eyJ{a20}.eyJ{a60}.{w43} $2b$12${a53} $6$rounds=656000${a16}${a86} lsv2_pt_{h32}_{h10} duffel_test_{w43}
    {b40} {h40} {h64} {b86}== {a32}
"""
PASSWORDS = "hunter2 Tr0ub4dor&3 letmein s3cr3t! P@ssw0rd correct-horse-battery xK9mPqR7 qwerty123 admin1234"

GIVEN_A_KEY = """\
API_KEY = "{}"
api_key: "{}"
const apiKey = '{}';
"clientSecret": "{}",
export AWS_SECRET_ACCESS_KEY={}
aws_secret_access_key = {}
private final String TOKEN = "{}";
token := "{}"
os.environ.get("AUTH_TOKEN", "{}")
process.env.ACCESS_TOKEN || '{}'
x = client("{}")
# the key is {}
curl -H "Authorization: Bearer {}" https://example.org
https://example.org/callback?access_token={}&a=b
data: {}"""
GIVEN_A_PASSWORD = """\
password = "{}"
DB_PASSWORD: str = '{}'
"password": "{}",
passwd: '{}'
connect(user="me", password="{}")
os.getenv("DB_PASSWORD", "{}")
config.db_password ||= "{}"
const PWD = `{}`;
postgres://admin:{}@db.example.org:5432/app
redis://:{}@localhost
Server=db;User Id=sa;Password={};Encrypt=true
CREATE USER me WITH PASSWORD '{}';
mysql --password={} app"""

ORDINARY = """\
password = getpass("Password: ")
password = os.environ["DB_PASSWORD"]
password: str | None = None
def reset_password(self, token: str, password: str) -> User:
if not check_password(user, password):
"password": "Password",
<input type="password" name="password" required>
password = "{{ vault_password }}"
password: ${DB_PASSWORD}
token = tokenizer.next_token()
token: Token = self.tokens[self.position]
TOKEN_URL = "https://example.com/oauth2/token"
secret_name = "projects/app/secrets/database"
headers = {"X-Amz-Security-Token": token}
privateKey: Uint8Array
api_key = settings.api_key
key = "user_profile_settings"
for key, value in sorted(items.items()):
sha = "123e4567-e89b-12d3-a456-426614174000"
class AbstractSingletonProxyFactoryBeanConfiguration:
test_that_the_user_can_reset_the_password_of_another_user()
import { UserAccountSettingsController } from './user-account-settings'
https://docs.aiohttp.org/en/stable/client_reference.html
from hf-internal-testing/tiny-random-bert import model
"editor.semanticTokenColorCustomizations": {
url = f"https://{host}:{port}/api/v1/users"
print("://".join((scheme, host)))
BEGIN = "-----BEGIN PRIVATE KEY-----"
if data.startswith(b"-----BEGIN RSA PRIVATE KEY-----"): return load_pem_private_key(data)
Basic authentication-and-authorization is described below.
passwordless_login_enabled_for_everybody = True"""


def made(template: str, rng: random.Random) -> str:
    return re.sub(r"\{([a-z])(\d+)\}", lambda found: "".join(rng.choices(LETTERS[found[1]], k=int(found[2]))), template)


def lines(secrets: list[str], places: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    for secret in secrets:
        for _ in range(TIMES):
            value, place = made(secret, rng), rng.choice(places.split("\n"))
            yield value, place.replace("{}", value)


@pytest.mark.parametrize("key", KEYS.split())
def test_nothing_of_a_key_is_left(key: str) -> None:
    rng = random.Random(key)
    left = [(value, text) for value, text in lines([key], GIVEN_A_KEY, rng) if shows(value, masked(text))]
    assert len(left) <= TIMES // 20, left  # chance may look like words


@pytest.mark.parametrize("place", GIVEN_A_PASSWORD.split("\n"))
@pytest.mark.parametrize("password", PASSWORDS.split())
def test_nothing_of_a_password_is_left(place: str, password: str) -> None:
    text = masked(place.replace("{}", password))
    assert not shows(password, text), text


def shows(value: str, text: str) -> bool:
    """Whether some of it is still there: more than what says whose it is."""
    return any(value[at : at + 8] in text for at in range(max(1, len(value) - 7)))


@pytest.mark.parametrize("line", ORDINARY.split("\n"))
def test_code_is_left_alone(line: str) -> None:
    assert masked(line) == line


RNG = random.Random(3)
PEM = "\n".join((*(made("{b64}", RNG) for _ in range(20)), made("{b22}==", RNG)))


def block(begin: str = "RSA PRIVATE KEY", body: str = PEM) -> str:
    return f"-----BEGIN {begin}-----\n{body}\n-----END {begin}-----"


@pytest.mark.parametrize(
    "text",
    [
        block(),
        block("OPENSSH PRIVATE KEY"),
        block("PRIVATE KEY"),
        block("PGP PRIVATE KEY BLOCK"),
        block(body=f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\n{PEM}"),
        block().replace("\n", "\\n"),
        '{"private_key": "' + block().replace("\n", "\\n") + '"}',
        "key: |\n    " + block().replace("\n", "\n    "),
        "KEY = (\n    '" + block().replace("\n", "\\n'\n    '") + "')",
        "# " + block().replace("\n", "\n# "),
        block()[: len(block()) // 2],
        block()[len(block()) // 2 :],
        block()[-80:],
    ],
    ids=[
        "RSA", "OpenSSH", "PKCS8", "PGP", "encrypted", "one line", "JSON", "YAML", "strings", "comment", "begun",
        "ended", "nearly ended",
    ],
)  # fmt: skip
def test_nothing_of_a_private_key_is_left(text: str) -> None:
    after = "" if text.endswith(PEM[-5:]) or "END" not in text else "\nafter = 2\n"
    shown = masked(f"before = 1\n{text}{after}")
    assert [line for line in PEM.split("\n") if any(line[at : at + 8] in shown for at in range(len(line) - 7))] == []
    assert shown.startswith("before = 1\n")
    assert shown.endswith(after)
    assert ("-----BEGIN" in shown) == ("-----BEGIN" in text)


def test_what_is_masked_is_as_long_and_has_its_lines() -> None:
    text = f'a = 1\npassword = "hunter2"\nkey = """{block()}"""\n'
    shown = masked(text)
    assert len(shown) == len(text)
    assert shown.count("\n") == text.count("\n")
    assert shown.startswith('a = 1\npassword = "xxxxxxx"\nkey = """-----BEGIN RSA PRIVATE KEY-----\nxxxx')
    assert masked(shown) == shown


@given(st.text(max_size=200) | st.text("aA1=:\"' \n-_./+", max_size=200))
def test_any_text_is_masked_in_order_and_but_once(text: str) -> None:
    spans = secrets_in(text)
    assert all(0 <= each.start < each.end <= len(text) for each in spans)
    assert all(before.end < after.start for before, after in pairwise(spans))
    assert len(masked(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('password = "|', True),
        ('password = "hun|', True),
        ('password = "hunter2|"', True),
        ('api_key: str = "|"', True),
        ('os.getenv("DB_PASSWORD", "|")', True),
        ("url = 'postgres://me:hunter2|@db'", True),
        (block()[:200] + "|" + block()[200:], True),
        ('password = "hunter2"|', False),
        ('password = "hunter2"\n|', False),
        ("password = |", False),
        ("password = get|", False),
        ('if token == "|', False),
        ('name = "|', False),
        (block() + "\nx = |", False),
    ],
)
def test_who_writes_a_secret_is_left_alone(text: str, inside: bool) -> None:
    assert is_in_secret(text.replace("|", ""), text.index("|")) is inside
