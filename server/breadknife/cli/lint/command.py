"""The options of `breadknife lint`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from breadknife.cli.commands import CacheDir, EngineScript, Offline
from breadknife.paths import CACHE_DIR
from breadknife.task.values import Confidence

_FORMATS = "text, json, github, gitlab, junit, markdown, rdjson or sarif."
_RULE = "RULE[,RULE...]"


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Files and folders; `.gitignore` counts.", readable=False),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar=_RULE, help="Show these rules alone: `harper/AnA`, or what rules begin with."),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar=_RULE, help="Leave these rules out; the longer name wins.")
    ] = None,
    min_confidence: Annotated[
        Confidence | None,
        typer.Option(help="Show what is at least so likely to happen. Without it, all but unlikely hints."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(metavar="PLUGIN", help="Ask no other plugin; may be given again.")
    ] = None,
    format: Annotated[str, typer.Option(metavar="FORMAT", help=_FORMATS)] = "text",
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Show how many findings each rule has, instead of the findings.")
    ] = False,
    output_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file instead of standard output.")
    ] = None,
    report: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT:FILE", help="Write this format to a file, too; may be given again."),
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 also when there are findings.")] = False,
    stdin_filename: Annotated[
        Path | None, typer.Option(metavar="NAME", help="Check standard input as the file of this name.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="ID", help="Take every file for this LSP language id, such as `markdown`.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Check in so many processes. Without it: one, and one for each core if it takes long.",
        ),
    ] = None,
    executor: Annotated[
        str | None,
        typer.Option(metavar="ray", help="Check on the Ray cluster that RAY_ADDRESS names."),
    ] = None,
    changed: Annotated[
        str | None,
        typer.Option("--changed", metavar="[REF]", help="Check files that have changed since the branch left REF."),
    ] = None,
    changed_lines: Annotated[
        str | None,
        typer.Option("--changed-lines", metavar="[REF]", help="Show what their changed lines have brought."),
    ] = None,
    staged: Annotated[bool, typer.Option("--staged", help="Check what is staged, as it will be committed.")] = False,
    no_baseline: Annotated[
        bool, typer.Option("--no-baseline", help="Show also what `breadknife baseline` keeps.")
    ] = False,
    stale_ignores: Annotated[
        bool, typer.Option("--stale-ignores", help="Show instead what is ignored and need not be any more.")
    ] = False,
    cache_dir: CacheDir = None,
    cache_url: Annotated[
        str | None,
        typer.Option(
            envvar="BREADKNIFE_CACHE_URL", metavar="URL", help="Share that with other machines: a folder or a server."
        ),
    ] = None,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Check files as an editor would.

    Exit code: 0 no findings, 1 findings, 2 something could not be checked, 130 stopped by Ctrl-C.

    Examples:

      breadknife lint README.md src/

      breadknife lint --select nullcheck --ignore nullcheck/none-operand src/

      breadknife lint --only nullcheck src/

      breadknife lint --statistics --exit-zero .

      breadknife lint --format github .

      breadknife lint --format sarif --output-file breadknife.sarif .

      breadknife lint --format github --report markdown:summary.md .

      git show HEAD:README.md | breadknife lint --stdin-filename README.md

      breadknife lint --jobs 2 .

      breadknife lint --changed

      breadknife lint --changed-lines origin/main src/

      breadknife lint --staged
    """
    options_of_findings = {  # all that `--stale-ignores` has no use for
        "--select": select, "--ignore": ignore, "--only": only, "--statistics": statistics, "--exit-zero": exit_zero,
        "--output-file": output_file, "--report": report, "--min-confidence": min_confidence,
        "--stdin-filename": stdin_filename, "--jobs": jobs, "--executor": executor, "--language": language,
        "--staged": staged, "--changed": changed is not None, "--changed-lines": changed_lines is not None,
        "--no-baseline": no_baseline,
    }  # fmt: skip
    if paths and stdin_filename:
        raise typer.BadParameter("--stdin-filename checks standard input alone: leave the paths out")
    if changed is not None and changed_lines is not None:
        raise typer.BadParameter("--changed-lines looks at changed files alone: leave --changed out")
    base = changed_lines if changed is None else changed
    by_change = base is not None or staged
    if by_change and stdin_filename:
        raise typer.BadParameter("git knows nothing of standard input: leave --stdin-filename out")
    if by_change and not paths:
        paths = [Path()]
    if not paths and not stdin_filename:
        raise typer.BadParameter("name files or folders, such as `.`, or give standard input a --stdin-filename")
    if executor not in (None, "ray"):
        raise typer.BadParameter(f"--executor {executor}: the only one is `ray`")
    if executor and (jobs or engine_script):
        raise typer.BadParameter("a cluster has its own processes: leave --jobs and --engine-script out")
    if stale_ignores:
        if format != "text":
            raise typer.BadParameter("--stale-ignores has no other format than text")
        if option := next((option for option, value in options_of_findings.items() if value), None):
            raise typer.BadParameter(f"--stale-ignores looks at all rules of all files: leave {option} out")
        from breadknife.cli.lint import stale

        return stale.run(paths or [], offline=offline, engine_script=engine_script)

    if cache_url and cache_dir is None:
        from breadknife.cli.cache.shared import folder_of

        cache_dir = folder_of(cache_url)
    if cache_dir is not None:
        os.environ[CACHE_DIR] = str(cache_dir.absolute())  # for the processes that this one starts, too

    from breadknife.cli.lint.changed import ChangeOptions
    from breadknife.cli.lint.options import LintOptions, Report, RuleSelection, split_names
    from breadknife.cli.lint.run import run

    selection = RuleSelection(split_names(select or ()), split_names(ignore or ()))
    options = LintOptions(
        paths or (), stdin_filename, language, only or (), selection, min_confidence, format, statistics, output_file,
        [Report.of(each) for each in report or ()], exit_zero,
        ChangeOptions(base or "", changed_lines is not None, staged) if by_change else None, not no_baseline, jobs,
        executor, cache_url or "", offline, engine_script,
    )  # fmt: skip
    return run(options)
