"""Which file an import means. Each table: the files of a project, the file that imports and what, the files meant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from breadknife.text.outline import outline
from breadknife.text.syntax import parse
from project.folders import known, opened

PYTHON = """
    setup.py src/pkg/__init__.py src/pkg/core.py src/pkg/sub/__init__.py src/pkg/sub/deep.py src/pkg/json.py
    tests/test_core.py tests/helpers.py scripts/run.py scripts/tool.py other/lib/far/away.py pkg_stub.pyi
"""
SCRIPTS = """
    src/app.ts src/util.ts src/view.tsx src/lib/index.ts src/lib/part.js src/types.d.ts web/page.js web/other.mjs
"""
GO = "api/server.go api/server_test.go api/routes.go internal/db/db.go main.go"
RUST = "src/lib.rs src/a.rs src/b/mod.rs src/b/c.rs src/b/c/d.rs other-crate/src/lib.rs other-crate/src/x.rs"
JVM = """
    app/src/main/java/com/me/Main.java app/src/main/java/com/me/util/Lists.java app/src/main/java/com/me/util/Maps.java
    app/src/main/kotlin/com/me/More.kt app/src/main/java/com/other/util/Lists.java
"""
CSHARP = "App/Program.cs App/Models/User.cs App/Models/Order.cs App/Services/Mail.cs"
PHP = "public/index.php src/Models/User.php src/Models/Order.php src/boot.php"
NATIVE = "src/main.c src/util.h include/lib/api.h src/deep/x.cpp src/deep/x.hpp"
RUBY = "lib/app.rb lib/app/user.rb bin/run.rb spec/user_spec.rb"
LUA = "init.lua lua/plug/init.lua lua/plug/view.lua"
BASH = "run.sh lib/common.sh"


@pytest.mark.parametrize(
    ("files", "here", "language", "imported", "expected"),
    [
        (PYTHON, "src/pkg/core.py", "python", "from .sub import deep", "src/pkg/sub/deep.py src/pkg/sub/__init__.py"),
        (PYTHON, "src/pkg/core.py", "python", "from . import json", "src/pkg/json.py src/pkg/__init__.py"),
        (PYTHON, "src/pkg/sub/deep.py", "python", "from ..core import x", "src/pkg/core.py"),
        (PYTHON, "src/pkg/sub/deep.py", "python", "from ... import x", ""),
        (PYTHON, "src/pkg/core.py", "python", "import json", ""),
        (PYTHON, "src/pkg/core.py", "python", "from pkg.sub.deep import x", "src/pkg/sub/deep.py"),
        (PYTHON, "tests/test_core.py", "python", "from pkg.core import x as y", "src/pkg/core.py"),
        (PYTHON, "tests/test_core.py", "python", "import pkg", "src/pkg/__init__.py"),
        (PYTHON, "tests/test_core.py", "python", "import helpers", "tests/helpers.py"),
        (PYTHON, "tests/test_core.py", "python", "import tool", ""),
        (PYTHON, "scripts/run.py", "python", "from tool import *", "scripts/tool.py"),
        (PYTHON, "scripts/run.py", "python", "from far.away import x", "other/lib/far/away.py"),
        (PYTHON, "scripts/run.py", "python", "import pkg_stub", "pkg_stub.pyi"),
        (PYTHON, "scripts/run.py", "python", "import os.path", ""),
        (SCRIPTS, "src/app.ts", "typescript", "import { a } from './util'", "src/util.ts"),
        (SCRIPTS, "src/app.ts", "typescript", "import { a } from './util.js'", "src/util.ts"),
        (SCRIPTS, "src/app.ts", "typescript", "import View from './view'", "src/view.tsx"),
        (SCRIPTS, "src/app.ts", "typescript", "import * as lib from './lib'", "src/lib/index.ts"),
        (SCRIPTS, "src/view.tsx", "typescriptreact", "import type { T } from './types'", "src/types.d.ts"),
        (SCRIPTS, "src/lib/part.js", "javascript", "import x from '../app'", "src/app.ts"),
        (SCRIPTS, "web/page.js", "javascript", "import x from './other.mjs'", "web/other.mjs"),
        (SCRIPTS, "src/app.ts", "typescript", "import fs from 'fs'", ""),
        (SCRIPTS, "web/page.js", "javascript", "import { a } from '@/util'", "src/util.ts"),
        (SCRIPTS, "web/page.js", "javascript", "import { a } from 'lib/part'", "src/lib/part.js"),
        (GO, "main.go", "go", 'import "example.com/me/api"', "api/routes.go api/server.go"),
        (GO, "main.go", "go", 'import d "example.com/me/internal/db"', "internal/db/db.go"),
        (GO, "api/server.go", "go", 'import "fmt"', ""),
        (RUST, "src/lib.rs", "rust", "mod a;", "src/a.rs"),
        (RUST, "src/a.rs", "rust", "use crate::b::c::Thing;", "src/b/c.rs"),
        (RUST, "src/a.rs", "rust", "use crate::b::c::d;", "src/b/c/d.rs"),
        (RUST, "src/b/c.rs", "rust", "use super::Thing;", "src/b/mod.rs"),
        (RUST, "src/b/mod.rs", "rust", "mod c;", "src/b/c.rs"),
        (RUST, "src/a.rs", "rust", "use other_crate::x::Y;", "other-crate/src/x.rs"),
        (RUST, "src/a.rs", "rust", "use std::fs::File;", ""),
        (
            JVM,
            "app/src/main/java/com/me/Main.java",
            "java",
            "import com.me.util.Lists;",
            "…/java/com/me/util/Lists.java",
        ),
        (
            JVM,
            "app/src/main/java/com/me/Main.java",
            "java",
            "import com.me.util.*;",
            "…/java/com/me/util/Lists.java …/java/com/me/util/Maps.java",
        ),
        (
            JVM,
            "app/src/main/kotlin/com/me/More.kt",
            "kotlin",
            "import com.me.util.Maps",
            "…/java/com/me/util/Maps.java",
        ),
        (JVM, "app/src/main/java/com/me/Main.java", "java", "import java.util.List;", ""),
        (CSHARP, "App/Program.cs", "csharp", "using MyCompany.App.Models;", "App/Models/Order.cs App/Models/User.cs"),
        (CSHARP, "App/Program.cs", "csharp", "using System.Text;", ""),
        (PHP, "public/index.php", "php", "<?php use App\\Models\\User;", "src/Models/User.php"),
        (PHP, "public/index.php", "php", "<?php require '../src/boot.php';", "src/boot.php"),
        (NATIVE, "src/main.c", "c", '#include "util.h"', "src/util.h"),
        (NATIVE, "src/main.c", "c", "#include <lib/api.h>", "include/lib/api.h"),
        (NATIVE, "src/deep/x.cpp", "cpp", '#include "../util.h"', "src/util.h"),
        (NATIVE, "src/main.c", "c", "#include <stdio.h>", ""),
        (RUBY, "lib/app.rb", "ruby", "require_relative 'app/user'", "lib/app/user.rb"),
        (RUBY, "spec/user_spec.rb", "ruby", "require 'app/user'", "lib/app/user.rb"),
        (LUA, "init.lua", "lua", "local v = require('plug.view')", "lua/plug/view.lua"),
        (LUA, "init.lua", "lua", 'require "plug"', "lua/plug/init.lua"),
        (BASH, "run.sh", "shellscript", "source lib/common.sh", "lib/common.sh"),
    ],
)
def test_an_import_means(tmp_path: Path, files: str, here: str, language: str, imported: str, expected: str) -> None:
    contents: Mapping[str, str] = {
        "go.mod": "module example.com/me\n\ngo 1.22\n",
        "tsconfig.json": '{ // of the app\n "compilerOptions": {"baseUrl": "src", "paths": {"@/*": ["./*"],},}}',
        **dict.fromkeys(files.split(), ""),
    }
    project = known(tmp_path, contents)
    tree = parse(imported, language)
    assert tree is not None
    document = opened(tmp_path / here, imported, language=language)
    found = [path for each in outline(tree).imports for path in project.module(each, document)]
    names = [path.relative_to(tmp_path).as_posix().replace("app/src/main/", "…/") for path in found]
    assert " ".join(names) == expected
    project.close()
