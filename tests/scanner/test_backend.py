"""Which scanner is in use, and what is said about it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

WITHOUT_EXTENSION = "import sys; sys.modules['stackan._fast'] = None\n"
TELL = (
    "from stackan import backend\n"
    "from stackan.errors import UsageError\n"
    "try: print(backend.name(), backend.notice(), len(backend.scan(b'#0  f ()\\n', 0).frame_call), 'stackan._reference' in sys.modules)\n"
    "except UsageError as error: print('refused:', error)\n"
)
NOTICE = "the native scanner is not built, parsing is slower; to build it, install stackan again where a C compiler is"


def tell(code: str, choice: str | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "STACKAN_BACKEND"}
    if choice is not None:
        environment["STACKAN_BACKEND"] = choice
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}"], capture_output=True, text=True, timeout=60, check=True, env=environment
    )
    return done.stdout.strip()


@pytest.mark.parametrize("choice", [None, "", "native"])
def test_the_native_scanner_is_used_where_it_is_built(native, choice):
    assert tell(TELL, choice) == "native None 1 False"


def test_the_plain_scanner_is_used_without_a_word_where_it_was_chosen():
    assert tell(TELL, "pure") == "pure None 1 True"
    assert tell(WITHOUT_EXTENSION + TELL, "pure") == "pure None 1 True"


@pytest.mark.parametrize("choice", [None, ""])
def test_falling_back_to_the_plain_scanner_is_not_silent(choice):
    assert tell(WITHOUT_EXTENSION + TELL, choice) == f"pure {NOTICE} 1 True"


def test_asking_for_a_native_scanner_that_is_not_built_is_refused_in_one_sentence():
    told = tell(WITHOUT_EXTENSION + TELL, "native")
    assert told.startswith("refused: STACKAN_BACKEND=native, but the native scanner is not built; ")


def test_asking_for_an_unknown_scanner_is_refused_in_one_sentence():
    assert tell(TELL, "Native").startswith("refused: STACKAN_BACKEND=Native names no scanner; set it to native or pure")


@pytest.mark.parametrize("choice", ["native", "pure"])
def test_a_wrong_choice_is_told_on_use_and_not_on_import(choice):
    assert tell("import stackan.backend; print('imported')", "nonsense") == "imported"
    assert tell(f"{WITHOUT_EXTENSION}import stackan.backend; print('imported')", choice) == "imported"


@pytest.mark.parametrize("choice", ["native", "pure"])
def test_both_scanners_take_other_buffers_than_bytes(request, choice):
    if choice == "native":
        request.getfixturevalue("native")
    code = (
        "import array, mmap\n"
        "from stackan import backend\n"
        "with mmap.mmap(-1, 4096) as mapped:\n"
        "    mapped[:9] = b'#0  f ()\\n'\n"
        "    buffers = [b'#0  f ()', bytearray(b'#0  f ()'), memoryview(b'x\\n#0  f ()')[2:], array.array('B', b'#0  f ()'), mapped]\n"
        "    print([backend.scan(buffer, 0).site_function for buffer in buffers])\n"
    )
    assert tell(code, choice) == str([[b"f"]] * 5)
