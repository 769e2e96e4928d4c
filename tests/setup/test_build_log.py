"""What pip, CMake and Ninja print, in one line for people."""

from __future__ import annotations

import pytest

from breadknife.setup.build_log import Compiled, Phase, fault, read, remaining

CONFIGURING = Phase("looking at the compiler and the processor")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  [4/74] /usr/bin/gcc -DGGML_BUILD -o CMakeFiles/ggml-base.dir/ggml.c.o -c ggml.c", Compiled(4, 74)),
        ("[ 12%] Building CXX object CMakeFiles/llama.dir/llama.cpp.o", Compiled(12, 100)),
        ("  *** Configuring CMake...", CONFIGURING),
        ("  Installing build dependencies: started", Phase("fetching CMake and what else the build needs")),
        ("   1210 |   __m256d __Y = __Y;", None),
        ("  -- The C compiler identification is GNU 12.2.0", None),
        ("", None),
    ],
)
def test_a_line_of_a_build(line: str, expected: object) -> None:
    assert read(line) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "error: subprocess-exited-with-error|× Building wheel did not run successfully.|"
            "  ggml.c:12:10: fatal error: immintrin.h: No such file or directory|compilation terminated.|"
            "ERROR: Failed building wheel for llama_cpp_python",
            "ggml.c:12:10: fatal error: immintrin.h: No such file or directory",
        ),
        (
            "CMake Error at CMakeLists.txt:3 (project):|  No CMAKE_CXX_COMPILER could be found.",
            "No CMAKE_CXX_COMPILER could be found.",
        ),
        ("ERROR: Could not find scikit-build-core|", "Could not find scikit-build-core"),
        ("first|last", "last"),
        ("", "it ended without a word"),
    ],
)
def test_why_a_build_failed(lines: str, expected: str) -> None:
    assert fault(lines.split("|")) == expected


@pytest.mark.parametrize(
    ("seconds", "done", "total", "expected"),
    [
        (9.0, 30, 74, ""),
        (60.0, 4, 74, ""),
        (60.0, 20, 80, "about 3 min left"),
        (60.0, 60, 74, "about 10 s left"),
        (60.0, 40, 80, "about 60 s left"),
    ],
)
def test_how_long_the_rest_takes(seconds: float, done: int, total: int, expected: str) -> None:
    assert remaining(seconds, done, total) == expected
