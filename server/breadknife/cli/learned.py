"""`breadknife learned`."""

from __future__ import annotations

from dataclasses import asdict

from breadknife.cli.output import print_json, say
from breadknife.errors import SettingsError
from breadknife.plugins.completion.learning import learned_file, read_learned
from breadknife.plugins.nullcheck.menu.choices import choices_file, read_choices


def run(*, as_json: bool, forget: bool) -> None:
    """Print how often suggestions were accepted and which fixes were chosen, or with `forget` delete those files.

    Raises SettingsError if a file can't be deleted.
    """
    suggestions, fixes = learned_file(), choices_file()
    if forget:
        for path in (suggestions, fixes):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise SettingsError(f"{path}: can't be deleted: {error.strerror or error}") from error
        say("forgotten")
        return
    learned, chosen = read_learned(suggestions), read_choices(fixes)
    if as_json:
        of_fixes = {"path": str(fixes), "projects": chosen}
        print_json({"path": str(suggestions), **asdict(learned), "null_fixes": of_fixes}, indent=None)
        return
    say(f"suggestions: {suggestions}")
    for language, buckets in sorted(learned.languages.items()):
        say(f"  {language}:")
        for confidence, outcomes in sorted(buckets.items()):
            say(f"    confidence {confidence}: {outcomes.accepted} accepted, {outcomes.rejected} rejected")
    if not learned.languages:
        say("  nothing is learned yet")
    say(f"fixes of null: {fixes}")
    for project, names in chosen.items():
        say(f"  {project}:")
        for name, strategy in names.items():
            say(f"    {name}: {strategy}")
    if not chosen:
        say("  nothing is learned yet")
