"""`breadknife learned`."""

from __future__ import annotations

from dataclasses import asdict

from breadknife.cli.output import print_json, say
from breadknife.errors import SettingsError
from breadknife.plugins.completion.learning import learned_file, read_learned


def run(*, as_json: bool, forget: bool) -> None:
    """Raises SettingsError when a file can't be deleted."""
    path = learned_file()
    if forget:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SettingsError(f"{path}: can't be deleted: {error.strerror or error}") from error
        say("forgotten")
        return
    learned = read_learned(path)
    if as_json:
        print_json({"path": str(path), **asdict(learned)}, indent=None)
        return
    say(f"suggestions: {path}")
    for language, buckets in sorted(learned.languages.items()):
        say(f"  {language}:")
        for edge, outcomes in sorted(buckets.items()):
            say(f"    confidence {edge}: {outcomes.accepted} accepted, {outcomes.rejected} rejected")
    if not learned.languages:
        say("  nothing is learned yet")
