"""`breadknife trust`."""

from __future__ import annotations

from pathlib import Path

from breadknife.cli.output import say, tell
from breadknife.host import trust


def run(folder: Path, *, revoke: bool, list_all: bool) -> int:
    """Trust a folder, or with `revoke` stop trusting it, or with `list_all` print the trusted folders.

    Return the exit code: 1 if trust was to be revoked, but the folder wasn't trusted or is still trusted through a
    folder that it is in; else 0.
    """
    if list_all:
        folders = trust.trusted_folders()
        for trusted in folders:
            say(str(trusted))
        if not folders:
            tell("you trust no folder")
        return 0
    if not revoke:
        say(f"{trust.trust(folder)} is trusted, with all folders in it")
        return 0
    revoked = trust.revoke(folder)
    if above := trust.trusted_by(folder):
        tell(f"{folder.resolve()} is still trusted, for it is in {above}")
        return 1
    say(f"{folder.resolve()} {'is no longer' if revoked else 'was not'} trusted")
    return 0 if revoked else 1
