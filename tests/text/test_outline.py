"""What an outline tells of a file: `kind container.name: signature  # docstring`, and `import module: names`."""

from __future__ import annotations

import pytest

from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import Definition, Import, Outline, outline
from breadknife.text.syntax import parse


def outline_of(source: str, language: str) -> Outline:
    tree = parse(source, language)
    assert tree is not None
    return outline(tree)


def shown(definition: Definition) -> str:
    name = f"{definition.container}.{definition.name}" if definition.container else definition.name
    doc = f"  # {definition.docstring}" if definition.docstring else ""
    return f"{definition.kind} {name}: {definition.signature}{doc}".replace("\n", "⏎")


def imported(of: Import) -> str:
    names = ", ".join(there if there == here else f"{there} as {here}" for there, here in of.names)
    return f"{of.module}{f' as {of.alias}' if of.alias else ''}{f': {names}' if names else ''}"


DEFINITIONS = {
    "python": (
        '''
        MAX: int = 3
        TABLE = {
            1: 2,
        }

        @dataclass
        class A(B):  # why
            """What A is,
            in two lines.

            And more.
            """

            @property
            async def f(self, a: int = 1,
                        b=2) -> str:
                r"""Does f."""
                def local(): ...
                class Local:
                    def f(self): ...

        def g(): return 1

        type T = int
        ''',
        [
            "constant MAX: MAX: int = 3",
            "constant TABLE: TABLE = {",
            "class A: class A(B):  # What A is,⏎in two lines.",
            "method A.f: async def f(self, a: int = 1,⏎                        b=2) -> str:  # Does f.",
            "function g: def g():",
            "type T: type T = int",
        ],
    ),
    "typescript": (
        """
        /**
         * What A is.
         * @see B
         */
        @dec()
        export abstract class A<T> extends B {
          // Does f.
          private f(a: T): void { const local = 1 }
          g = (x: number) => x
          abstract h(): void
        }
        export const i = async (x: number): Promise<void> => { }
        export default function j() { function local() {} }
        export interface K { l(): void }
        type M = { a: 1 }
        enum N { O }
        namespace P { export function q() {} }
        declare function r(): void
        export const s = 1
        """,
        [
            "class A: export abstract class A<T> extends B  # What A is.",
            "method A.f: private f(a: T): void  # Does f.",
            "method A.g: g = (x: number) =>",
            "method A.h: abstract h(): void",
            "function i: export const i = async (x: number): Promise<void> =>",
            "function j: export default function j()",
            "type K: export interface K",
            "method K.l: l(): void",
            "type M: type M = { a: 1 }",
            "type N: enum N",
            "function q: export function q()",
            "function r: declare function r(): void",
            "constant s: export const s = 1",
        ],
    ),
    "javascript": (
        """
        const a = { b() { } }
        a.c = function (x) { }
        class D { e = () => 1 }
        function* f() { }
        """,
        [
            "constant a: const a = { b() { } }",
            "method a.b: b()",
            "method a.c: a.c = function (x)",
            "class D: class D",
            "method D.e: e = () =>",
            "function f: function* f()",
        ],
    ),
    "typescriptreact": (
        "export const A = ({ b }: C) => <b>{b}</b>\n",
        ["function A: export const A = ({ b }: C) =>"],
    ),
    "javascriptreact": ("const A = ({ b }) => <b>{b}</b>\n", ["function A: const A = ({ b }) =>"]),
    "go": (
        """
        const A = 1

        // R is what it is.
        type R[T any] struct {
            a int
        }

        type (
            I interface{ M() }
            J int
        )

        // M does m.
        func (r *R[T]) M(a int) error { return nil }
        func F() {}
        """,
        [
            "constant A: const A = 1",
            "class R: type R[T any] struct  # R is what it is.",
            "type I: I interface{ M() }",
            "type J: J int",
            "method R.M: func (r *R[T]) M(a int) error  # M does m.",
            "function F: func F()",
        ],
    ),
    "rust": (
        """
        /// What A is.
        #[derive(Debug)]
        pub struct A<T> { x: T }
        struct B(i32);
        impl<T> C for A<T> {
            const K: i32 = 1;
            #[inline]
            pub fn f(&self) -> i32 { 1 }
        }
        trait C { fn f(&self) -> i32; }
        enum E { F }
        macro_rules! m { () => {} }
        type T = i32;
        """,
        [
            "class A: pub struct A<T>  # What A is.",
            "class B: struct B(i32);",
            "constant A.K: const K: i32 = 1;",
            "method A.f: pub fn f(&self) -> i32",
            "type C: trait C",
            "method C.f: fn f(&self) -> i32;",
            "type E: enum E",
            "function m: macro_rules! m",
            "type T: type T = i32;",
        ],
    ),
    "java": (
        """
        /**
         * What A is.
         *
         * More.
         */
        @B(1)
        public class A<T> extends C {
            private static final int K = 1;
            private int local;
            // Makes one.
            @D public A() { }
            <U> U f(int a) throws E { return null; }
            record R(int x) { }
        }
        interface I { int g(); }
        enum J { L }
        """,
        [
            "class A: public class A<T> extends C  # What A is.",
            "constant A.K: private static final int K = 1;",
            "method A.A: public A()  # Makes one.",
            "method A.f: <U> U f(int a) throws E",
            "class A.R: record R(int x)",
            "class I: interface I",
            "method I.g: int g();",
            "class J: enum J",
        ],
    ),
    "c": (
        """
        #ifndef GUARD
        #define GUARD
        #endif
        #define MAX 10
        #define ADD(a, b) ((a) + (b))
        /* What P is. */
        struct P { int x; };
        typedef struct { int a; } Q;
        typedef int (*Callback)(int);
        static const char *const names[] = {"a"};
        int proto(int a);

        // Does f,
        // and more.
        static struct P *f(int a)
        {
            int local = 1;
            return 0;
        }
        """,
        [
            "constant MAX: #define MAX 10",
            "function ADD: #define ADD(a, b)",
            "class P: struct P  # What P is.",
            "type Q: typedef struct { int a; } Q;",
            "type Callback: typedef int (*Callback)(int);",
            'constant names: static const char *const names[] = {"a"};',
            "function proto: int proto(int a);",
            "function f: static struct P *f(int a)  # Does f,⏎and more.",
        ],
    ),
    "cpp": (
        """
        namespace n {
        /// What A is.
        template <typename T>
        class A : public B {
        public:
            A();
            virtual int f(int a) const = 0;
            T& g() { return t; }
        };
        template <typename T>
        A<T>::A() : x(1) {}
        std::string& n::C::h() { }
        using D = int;
        enum class E { F };
        }
        """,
        [
            "class A: template <typename T>⏎        class A : public B  # What A is.",
            "method A.A: A();",
            "method A.f: virtual int f(int a) const = 0;",
            "method A.g: T& g()",
            "method A.A: template <typename T>⏎        A<T>::A()",
            "method C.h: std::string& n::C::h()",
            "type D: using D = int;",
            "type E: enum class E",
        ],
    ),
    "csharp": (
        """
        namespace N {
            /// <summary>
            /// What A is.
            /// </summary>
            /// <param name="x">More.</param>
            [B] public class A<T> : C where T : D
            {
                const int K = 1;
                public A(int x) { }
                public int P { get; set; }
                public T M(int a) => a;
            }
            record R(int X);
            enum E { F }
        }
        """,
        [
            "class A: public class A<T> : C where T : D  # What A is.",
            "constant A.K: const int K = 1;",
            "method A.A: public A(int x)",
            "method A.P: public int P",
            "method A.M: public T M(int a)",
            "class R: record R(int X);",
            "type E: enum E",
        ],
    ),
    "ruby": (
        """
        X = 1
        # What A is.
        class A < B
          def f(a, b = 1)
            a
          end
          def self.g
          end
          def h = 3
        end
        module M; end
        """,
        [
            "constant X: X = 1",
            "class A: class A < B  # What A is.",
            "method A.f: def f(a, b = 1)",
            "method A.g: def self.g",
            "method A.h: def h",
            "class M: module M;",
        ],
    ),
    "php": (
        """<?php
        const K = 1;
        /** What A is. */
        #[B]
        final class A extends C {
            public function f(int $a): int { return $a; }
        }
        interface I { public function g(); }
        function h() { }
        """,
        [
            "constant K: const K = 1;",
            "class A: final class A extends C  # What A is.",
            "method A.f: public function f(int $a): int",
            "class I: interface I",
            "method I.g: public function g();",
            "function h: function h()",
        ],
    ),
    "lua": (
        """
        local X = 1
        --- Does f.
        -- @param a
        function m.f(a) return a end
        function m:g() end
        local function h() local y = 1 end
        m.k = function(x) end
        """,
        [
            "constant X: local X = 1",
            "method m.f: function m.f(a)  # Does f.",
            "method m.g: function m:g()",
            "function h: local function h()",
            "method m.k: m.k = function(x)",
        ],
    ),
    "shellscript": (
        """
        X=1
        readonly Y=2
        # Does f.
        f() {
          local z=3
        }
        """,
        ["constant X: X=1", "constant Y: readonly Y=2", "function f: f()  # Does f."],
    ),
    "kotlin": (
        """
        /** What A is. */
        @B
        class A<T>(val x: Int) : C() {
            companion object {
                const val K = 1
            }

            @D
            fun f(a: Int): Int {
                val local = 1
                return a
            }

            fun g() = 3
        }

        fun String.h(): Int = 1

        object O

        typealias T = List<Int>
        """,
        [
            "class A: class A<T>(val x: Int) : C()  # What A is.",
            "constant A.K: const val K = 1",
            "method A.f: fun f(a: Int): Int",
            "method A.g: fun g()",
            "function h: fun String.h(): Int",
            "class O: object O",
            "type T: typealias T = List<Int>",
        ],
    ),
}


@pytest.mark.parametrize("language", DEFINITIONS)
def test_definitions(language: str) -> None:
    source, expected = DEFINITIONS[language]
    assert [shown(definition) for definition in outline_of(source, language).definitions] == expected


def test_every_programming_language_has_an_outline() -> None:
    assert {language.id for language in LANGUAGES.values() if language.definitions} == set(DEFINITIONS)


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("python", "import os, a.b as c\n", ["os", "a.b as c"]),
        ("python", "from ..p import (y as z, w)\n", ["..p: y as z, w"]),
        ("python", "from q import *\nif x:\n    from . import r\n", ["q: *", ".: r"]),
        ("typescript", "import a, { b, c as d } from './x'\n", ["./x: default as a, b, c as d"]),
        ("typescript", "import * as e from 'y'\nimport 'z'\n", ["y as e", "z"]),
        ("typescript", "import f = require('q')\nexport { m } from './n'\n", ["q as f", "./n: m"]),
        ("javascript", "const g = require('h'), {i, j: k} = require('l')\n", ["h as g", "l: i, j as k"]),
        ("javascriptreact", "import a from 'b'\n", ["b: default as a"]),
        ("typescriptreact", "import type { A } from 'b'\n", ["b: A"]),
        ("go", 'import (\n\t"fmt"\n\tx "a/b"\n)\n', ["fmt", "a/b as x"]),
        ("rust", "use a::b;\nuse a::c as d;\nuse e::*;\n", ["a: b", "a: c as d", "e: *"]),
        ("rust", "use a::{b, c as d, e::F};\nmod m;\n", ["a: b, c as d, e::F as F", "m"]),
        ("java", "import a.b.C;\nimport a.*;\n", ["a.b.C: C", "a: *"]),
        ("c", '#include <stdio.h>\n#include "a/b.h"\n', ["<stdio.h>", "a/b.h"]),
        ("cpp", "#include <vector>\n", ["<vector>"]),
        ("csharp", "using System.Text;\nusing F = A.B;\n", ["System.Text", "A.B as F"]),
        ("ruby", "require 'a/b'\nrequire_relative './c'\n", ["a/b", "./c"]),
        ("php", "<?php\nuse A\\B;\nuse C\\D as E;\nuse F\\{G, H as I};\n", ["A\\B: B", "C\\D: D as E", "F: G, H as I"]),
        ("php", "<?php\nrequire_once 'z.php';\n", ["z.php"]),
        ("lua", "local m = require('a.b')\nrequire 'c'\n", ["a.b as m", "c"]),
        ("shellscript", "source ./a.sh\n. b.sh\n", ["./a.sh", "b.sh"]),
        ("kotlin", "import a.B\nimport a.C as D\nimport e.*\n", ["a.B: B", "a.C: C as D", "e: *"]),
    ],
)
def test_imports(language: str, source: str, expected: list[str]) -> None:
    assert [imported(of) for of in outline_of(source, language).imports] == expected


@pytest.mark.parametrize(
    ("language", "source", "names"),
    [
        ("python", "a.b(c=d)  # e\n'f'\n", "a b c d"),
        ("typescript", "const a: B = { c, d: 'e' }\n", "a B c d"),
        ("go", "var a B = c.d(e{f: 1})\n", "a B c d e f"),
        ("cpp", "a::B c = d->e;\n", "a B c d e"),
        ("ruby", "@a = B.c(d: :e)\n", "@a B c d"),
    ],
)
def test_names(language: str, source: str, names: str) -> None:
    assert outline_of(source, language).names == set(names.split())


@pytest.mark.parametrize(
    ("language", "source", "expected"),
    [
        ("python", "def f(a):\n    x = )\n\ndef g(): pass\n", ["function f: def f(a):", "function g: def g():"]),
        ("python", "def f(a\n\ndef g():\n    pass\n\nclass A:\n    x = 1\n", ["class A: class A:"]),
        ("javascript", "const f = (a) => {\n  return a +\n}\n", ["function f: const f = (a) =>"]),
        ("go", "func f() {\n\tx :=\n}\nfunc g() {}\n", ["function f: func f()", "function g: func g()"]),
        ("typescript", "let = ;\nfunction f() { return 1 + }\n", ["function f: function f()"]),
    ],
)
def test_a_broken_text_gives_what_is_whole(language: str, source: str, expected: list[str]) -> None:
    assert [shown(definition) for definition in outline_of(source, language).definitions] == expected


def test_spans_are_in_code_points_and_hold_decorators_and_body() -> None:
    source = "# 😀\n@é\ndef f():\n    return 'ñ'\n\nx = 1\n"
    [f, x] = outline_of(source, "python").definitions
    assert source[f.span.start : f.span.end] == "@é\ndef f():\n    return 'ñ'"
    assert source[x.span.start : x.span.end] == "x = 1"


@pytest.mark.parametrize("language", ["html", "css", "json", "yaml", "toml", "sql", "markdown"])
def test_markup_and_data_have_none(language: str) -> None:
    assert outline_of("a: 1\n", language) == Outline((), (), frozenset())
