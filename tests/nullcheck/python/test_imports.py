"""Where an import is written that an edit needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from breadknife.plugins.nullcheck.repairs.python.imports import importing
from breadknife.text.document import apply_edits
from breadknife.text.syntax import parse

SORTED = [
    ("import a\n", "from typing import Any\n\nimport a\n"),
    ("import os\n", "import os\nfrom typing import Any\n"),
    ("import os  # noqa\nimport sys\n\nimport a\n",
     "import os  # noqa\nimport sys\nfrom typing import Any\n\nimport a\n"),
    ("import os\nfrom abc import ABC\nfrom uuid import UUID\n",
     "import os\nfrom abc import ABC\nfrom typing import Any\nfrom uuid import UUID\n"),
    ("import os\nfrom uuid import UUID\n", "import os\nfrom typing import Any\nfrom uuid import UUID\n"),
    ("from uuid import UUID\n\nfrom . import a\n",
     "from typing import Any\nfrom uuid import UUID\n\nfrom . import a\n"),
    ("from __future__ import annotations\n\nimport os\n\nimport a\n",
     "from __future__ import annotations\n\nimport os\nfrom typing import Any\n\nimport a\n"),
    ("from abc import (\n    ABC,\n    abstractmethod,\n)\n",
     "from abc import (\n    ABC,\n    abstractmethod,\n)\nfrom typing import Any\n"),
    ("from typing import TYPE_CHECKING, NamedTuple, cast\n",
     "from typing import TYPE_CHECKING, Any, NamedTuple, cast\n"),
    ("from typing import TYPE_CHECKING\n", "from typing import TYPE_CHECKING, Any\n"),
    ("from typing import Optional\n", "from typing import Any, Optional\n"),
    ("from typing import cast\n", "from typing import Any, cast\n"),
    ("from typing import (\n    Iterator,\n    List,\n)\n",
     "from typing import (\n    Any,\n    Iterator,\n    List,\n)\n"),
    ("from typing import (\n    TYPE_CHECKING,\n)\n", "from typing import (\n    TYPE_CHECKING,\n    Any,\n)\n"),
]  # fmt: skip
OTHERS = [
    # both kinds sorted as one
    ("from abc import ABC\nimport os\nimport zlib\n",
     "from abc import ABC\nimport os\nfrom typing import Any\nimport zlib\n"),
    # sorted by the characters, or not at all
    ("from typing import List, TYPE_CHECKING, cast\n", "from typing import Any, List, TYPE_CHECKING, cast\n"),
    ("from typing import List, Dict\n", "from typing import List, Dict, Any\n"),
    ("from typing import List, \\\n    Set\n", "from typing import Any, List, \\\n    Set\n"),
    ("from typing import (\n    List,  # of\n    Set,\n)\n",
     "from typing import (\n    List,  # of\n    Set,\n)\nfrom typing import Any\n"),
    ("import a\nimport os\nimport b\n", "import a\nimport os\nfrom typing import Any\nimport b\n"),
    ("import os; import a\n", "from typing import Any\nimport os; import a\n"),
    ("import os\r\n", "import os\r\nfrom typing import Any\r\n"),
    ("import os\n\nif os.name:\n    pass\n\nfrom abc import ABC\n",
     "import os\nfrom typing import Any\n\nif os.name:\n    pass\n\nfrom abc import ABC\n"),
    ('"""Doc."""\nx = 1\n', '"""Doc."""\nfrom typing import Any\n\n\nx = 1\n'),
    ("from typing import *\n", "from typing import *\nfrom typing import Any\n"),
]  # fmt: skip


def imported(before: str, *names: str) -> str:
    tree = parse(before, "python")
    assert tree is not None
    return apply_edits(before, importing(tree, "typing", names))


@pytest.mark.parametrize(("before", "after"), [*SORTED, *OTHERS])
def test_it_stands_in_order(before: str, after: str) -> None:
    assert imported(before, "Any") == after


@pytest.mark.parametrize(("before", "_"), SORTED)
def test_what_was_sorted_stays_so(before: str, _: str, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(imported(before, "Any"), "utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "I", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_several_names_each_go_to_their_place() -> None:
    assert imported("from typing import List\n", "cast", "Any") == "from typing import Any, List, cast\n"
    assert imported("import os\n", "cast", "Any") == "import os\nfrom typing import Any, cast\n"
