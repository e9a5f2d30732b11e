"""The page about the emergency channel shows what the command prints: its commands are run for a stand-in of a server."""

from __future__ import annotations

import os
import pathlib
import pwd
import re
import shlex
import sys

import pytest

from tests.rescue.standins import BANNER

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "rescue.md"
BLOCKS = re.findall(r"^```console rescue\n\$ stackan rescue (.*)\n((?:.*\n)*?)```$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
PROMPTING = "printf '> '; while read -r line; do [ \"$line\" = quit ] && exit; printf '> '; done"

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the emergency channel is there on Linux only")


def test_the_page_has_commands():
    assert len(BLOCKS) == 2
    assert "--run" in BLOCKS[1][0]


@pytest.mark.parametrize(("words", "shown"), BLOCKS, ids=["look", "send"])
def test_a_command_of_the_page_prints_what_the_page_shows(rescue, start, console, words, shown):
    server, other = start(version=None), console(PROMPTING)
    log = f"2024-10-01 08:00:00.000001 <INFO> : {BANNER.format(version='2.00.16.1')} Process id {server.pid}\n"
    (server.folder / "dolphindb.log").write_text(log)

    def real(text: str) -> str:
        """The text with this server, installation and user in the place of those of the page."""
        user = pwd.getpwuid(os.geteuid()).pw_name
        return re.sub(r"\bddb\b", user, text).replace("26465", str(server.pid)).replace("/opt/dolphindb-2", str(other.folder))

    done = rescue(*shlex.split(real(words)), form="text", LC_ALL="C", COLUMNS="80")
    assert done.status == 0, done.out + done.errors
    printed, at = "".join(done.out.split()), 0
    for part in real(shown).split("...\n"):
        wanted = "".join(part.split())  # without blanks, as a longer path is broken, and breaks its line elsewhere
        assert wanted in printed[at:], f"{part!r} is not in {done.out!r}"
        at = printed.index(wanted, at) + len(wanted)


def test_every_precondition_and_every_state_is_on_the_page():
    from stackan.cli import rescue_report
    from stackan.rescue import preconditions

    names = re.findall(r'Precondition\(\s*"([a-z-]+)"', pathlib.Path(preconditions.__file__).read_text(encoding="utf-8"))
    assert len(set(names)) == 10
    codes = {*rescue_report._STATES, *rescue_report._REPLIES, *rescue_report._ENDINGS, rescue_report.SCHEMA}
    page = PAGE.read_text(encoding="utf-8")
    assert [word for word in sorted({*names, *codes}) if f"`{word}`" not in page] == []


def test_the_words_for_codes_are_those_of_all_codes():
    from stackan.cli import rescue_report
    from stackan.rescue import channel

    codes = {value for name, value in vars(channel).items() if name.isupper() and isinstance(value, str)} - {channel.QUIT}
    assert codes == {*rescue_report._REPLIES, *rescue_report._ENDINGS}
