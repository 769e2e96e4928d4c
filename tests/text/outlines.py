"""For each language a text, and the outline of what it defines."""

from __future__ import annotations

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
