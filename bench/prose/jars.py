"""Make `languagetool.lock`: which jars LanguageTool's server needs, and the SHA-256 of each.

    python bench/prose/jars.py

Maven resolves and fetches them into an empty folder, so nothing that lies on this machine is believed. Look at the
difference before you commit it. Where two artifacts have the same file name, the one that Maven copies last is kept.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from breadknife.plugins.prose.engines import jvm
from breadknife.plugins.prose.engines.jvm.installed import VERSION

SERVER = f"org.languagetool:languagetool-server:{VERSION}"
ARTIFACT = re.compile(r"^\s*([\w.-]+):([\w.-]+):jar:(?:([\w.-]+):)?([\w.-]+):(?:compile|runtime)", re.MULTILINE)
POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>breadknife</groupId><artifactId>languagetool</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>
  </dependencies>
</project>
"""
HEADER = f"""\
# The jars of LanguageTool {VERSION}'s server: group:artifact:version[:classifier], SHA-256, bytes.
# Made by bench/prose/jars.py out of what Maven resolves for {SERVER}.
"""


def main() -> None:
    maven = shutil.which("mvn")
    assert maven is not None, "Maven (`mvn`) is not installed"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pom.xml").write_text(POM.format(*SERVER.split(":")), "utf-8")
        command = [
            maven, "-q", "-B", f"-Dmaven.repo.local={folder / 'repository'}", "dependency:list",
            f"-DoutputFile={folder / 'list.txt'}", "dependency:copy-dependencies", "-DincludeScope=runtime",
            "-Dmdep.stripVersion=true", f"-DoutputDirectory={folder / 'libs'}",
        ]  # fmt: skip
        subprocess.run(command, cwd=folder, check=True)
        rows = dict[str, str]()
        for group, artifact, classifier, version in ARTIFACT.findall((folder / "list.txt").read_text("utf-8")):
            suffix = f"-{classifier}" if classifier else ""
            fetched = folder.joinpath("repository", *group.split("."), artifact, version)
            data = (fetched / f"{artifact}-{version}{suffix}.jar").read_bytes()
            if data == (folder / "libs" / f"{artifact}{suffix}.jar").read_bytes():
                coordinates = ":".join(part for part in (group, artifact, version, classifier) if part)
                rows[f"{artifact}{suffix}.jar"] = f"{coordinates} {hashlib.sha256(data).hexdigest()} {len(data)}\n"
        assert rows.keys() == {each.name for each in (folder / "libs").iterdir()}
    path = Path(jvm.__file__).with_name("languagetool.lock")
    path.write_text(HEADER + "".join(sorted(rows.values())), "ascii")
    print(f"{len(rows)} jars: {path}")


if __name__ == "__main__":
    main()
