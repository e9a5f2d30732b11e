"""Builds the native scanner, `stackan._fast`, and compiles the profiles and the catalogs; everything else is said in pyproject.toml.

Switches of the environment, off where absent, empty or 0:

    STACKAN_PURE=1       no extension: the scanner in plain Python is used
    STACKAN_DEBUG=1      -O0 -g, and Cython's own checks
    STACKAN_SANITIZE=1   AddressSanitizer and UndefinedBehaviorSanitizer; run python with LD_PRELOAD=$(gcc -print-file-name=libasan.so)
    STACKAN_FUZZ=1       libFuzzer's counters and AddressSanitizer, by clang: see the Makefile's `fuzz`
    STACKAN_COVERAGE=1   line tracing, for coverage with the plugin Cython.Coverage

The extension is optional: where Cython or the compiler fails, the package installs without it, and `stackan` says so.  So are the
languages beside English, which Babel compiles.
"""

from __future__ import annotations

import os
import pathlib
import sys
import zlib

from setuptools import Extension, find_packages, setup

PARTS = [
    "stackan/_fast.h",
    *(f"stackan/_fast_{part}.pxi" for part in ("words", "tables", "grammar", "tally", "logs", "written", "json", "folded")),
]
PROFILES, COMPILED = "stackan/profiles", "stackan/_profiles.py"


def is_on(switch: str) -> bool:
    return os.environ.get(switch, "") not in ("", "0")


def extensions() -> list[Extension]:
    if is_on("STACKAN_PURE"):
        return []
    debug, coverage = is_on("STACKAN_DEBUG"), is_on("STACKAN_COVERAGE")
    compile_flags = ["-O0", "-g"] if debug else ["-O3"]
    link_flags = []
    if is_on("STACKAN_SANITIZE"):
        link_flags = ["-fsanitize=address,undefined"]
        compile_flags += ["-g", "-fno-omit-frame-pointer", "-fno-sanitize-recover=undefined", *link_flags]
    if is_on("STACKAN_FUZZ"):
        link_flags = ["-fsanitize=fuzzer-no-link,address"]
        compile_flags += ["-g", "-fno-omit-frame-pointer", *link_flags]
    fast = Extension(
        "stackan._fast",
        ["stackan/_fast.pyx"],
        depends=PARTS,
        extra_compile_args=compile_flags,
        extra_link_args=link_flags,
        define_macros=[("CYTHON_TRACE", "1"), ("CYTHON_TRACE_NOGIL", "1")] if coverage else [],
    )
    directives = {
        "language_level": 3,
        "boundscheck": debug,
        "initializedcheck": debug,
        "wraparound": False,
        "cdivision": True,
        "linetrace": coverage,
        "profile": coverage,
    }
    try:
        from Cython.Build import cythonize

        # force: the switches change what Cython writes, but not the date of its sources
        built: list[Extension] = cythonize([fast], compiler_directives=directives, force=True)
    except Exception as error:  # Cython is missing, or cannot read the source: the package works without the extension
        print(f"stackan: the native scanner is not built: {error}", file=sys.stderr)
        return []
    for extension in built:
        extension.optional = True  # cythonize forgets it
    return built


def compile_profiles() -> None:
    """Write the profiles as a Python module: importing it takes a tenth of the time that reading TOML does at every start.

    Where this fails, and wherever a profile is newer, the TOML files are read (stackan/classify/profiles.py).
    """
    try:
        import tomllib
    except ImportError:
        try:
            import tomli as tomllib
        except ImportError:
            return
    texts = {path.name: path.read_bytes() for path in sorted(pathlib.Path(PROFILES).glob("*.toml"))}
    profiles = {name: tomllib.loads(text.decode()) for name, text in texts.items()}
    checks = {name: zlib.crc32(text) for name, text in texts.items()}
    lines = ['"""Made by setup.py from profiles/*.toml."""', f"CHECKS = {checks!r}", f"PROFILES = {profiles!r}", ""]
    pathlib.Path(COMPILED).write_text("\n".join(lines), encoding="utf-8")


def compile_catalogs() -> None:
    """Write the sentences of other languages as gettext reads them (.mo)."""
    try:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po
    except ImportError as error:
        print(f"stackan: speaks English only: {error}", file=sys.stderr)
        return
    for path in pathlib.Path("stackan/locale").glob("*/LC_MESSAGES/*.po"):
        with path.open("rb") as source, path.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(source))


compile_profiles()
compile_catalogs()
# The pages that messages name lie beside the code (stackan/manual.py).
setup(ext_modules=extensions(), packages=[*find_packages(include=["stackan*"]), "stackan.docs"], package_dir={"stackan.docs": "docs"})
