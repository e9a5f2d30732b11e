"""What is replaced in a text, and what stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackan.redact import Redactor

SECRET = "hunter2horse"
FRAME = "#1  0x0000555b38d6fe19 in run (q=0x7f12a0010c40 {}, length=4817) at /home/ann/acme/src/run.cc:12\n"
PLACES = [
    "#1  0x0000555b38d6fe19 in run (q=0x7f12a0010c40 \"SELECT 'hunter2horse' FROM t\", n=3) at run.cc:12",
    '#1  0x0000555b38d6fe19 in run (q=0x7f12a0010c40 "a \\"quoted\\" hunter2horse"..., n=3) at run.cc:12',
    '#1  0x0000555b38d6fe19 in run (q="text that a terminal\n has wrapped: hunter2horse and on", n=3) at run.cc:12',
    'frame #1: 0x0000555b38d6fe19 app`run(q="hunter2horse", n=3) at run.cc:12',
    '#1  0x1234 in run (n=3) at run.cc:12\n        password = "hunter2horse"',
    '#1  0x1234 in run (n=3) at run.cc:12\n        dsn = {_M_p = 0x7f12a0010c40 "host=db user=a password=hunter2horse"}',
    '$1 = "hunter2horse"',
    '0x7f12a0010c40:\t"hunter2horse"',
    "connect to postgres://app:hunter2horse@db1:5432/prod",
    "jdbc:mysql://db1/prod?user=a&password=hunter2horse",
    "Server=db1;Uid=app;Pwd=hunter2horse;",
    "mysql -uroot -phunter2horse",
    "app --password hunter2horse --verbose",
    "Authorization: Bearer hunter2horse",
    '  Arguments:\n      password: "hunter2horse"\n',
    "MySQL thread id 8, OS thread handle 140304900000000, query id 3 db1 10.0.0.7 app updating\nUPDATE t SET a=1\nWHERE b='hunter2horse'\n",
    " 0: len 12; hex 68756e74657232686f727365; asc hunter2horse;;",
    "| Id | User | Info |\n| 8 | app | SELECT 1 | 'hunter2horse' |",
    "Id\tUser\tInfo\n8\tapp\tSELECT 'hunter2horse'",
    "STATEMENT:  SELECT\n\ta, 'hunter2horse'\n\tFROM t",
    "STATEMENT:  SELECT a\n\tFROM t\n\tWHERE b = 'hunter2horse'",
    '{"threads": [{"locals": [{"name": "pw", "repr": "\'hunter2horse\'"}]}]}',
    "\"SELECT a FROM t WHERE b = 'hunter2horse'\" #12 daemon prio=5 tid=0x00007fa40c175f90 nid=0x3dc7 runnable",
    '^done,stack-args=[frame={level="0",args=[{name="pw",value="0x7f12a0010c40 \\"hunter2horse\\""}]}]',
    '~"#1  0x0000555b38d6fe19 in run (pw=0x7f12a0010c40 \\"hunter2horse\\") at run.cc:12\\n"',
]


def redacted(text: str, hide: tuple[str, ...] = ()) -> str:
    redactor = Redactor(hide)
    redactor.learn("", text.encode())
    return redactor.redact(text.encode()).decode()


@pytest.mark.parametrize("text", PLACES)
def test_no_statement_connection_string_or_password_survives(text):
    assert SECRET in text
    assert SECRET not in redacted(text)


@given(st.text(st.characters(codec="utf-8", exclude_characters='\n"\\', exclude_categories=("Cc", "Cs")), min_size=12, max_size=60))
def test_no_string_of_an_argument_survives(secret):
    assert secret not in redacted(FRAME.format(f'"{secret}"'))


@given(st.lists(st.sampled_from(["SELECT pin", "UPDATE t", "hello", "x"]), min_size=2, max_size=6))
def test_equal_strings_become_equal_ones_and_different_strings_different_ones(strings):
    lines = redacted("".join(FRAME.format(f'"{each}"') for each in strings)).splitlines()
    assert len(set(lines)) == len(set(strings))
    assert [lines.index(line) for line in lines] == [strings.index(each) for each in strings]


@given(st.lists(st.integers(0x7F0000001000, 0x7FFFFFFFFFFF), min_size=1, max_size=40, unique=True))
def test_addresses_keep_their_order_and_those_that_lie_near_their_distance(values):
    values.sort()
    text = "\n".join(f"#1  0x{value:016x} in f (lock=0x{value:x})" for value in values)
    new = [int(line.split()[1], 16) for line in redacted(text).splitlines()]
    assert [int(line.rpartition("0x")[2].rstrip(")"), 16) for line in redacted(text).splitlines()] == new
    assert new == sorted(set(new))
    for (old, moved), (next_old, next_moved) in zip(zip(values, new), zip(values[1:], new[1:])):
        assert next_old - old >= 1 << 32 or next_moved - moved == next_old - old


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"), include_characters="\n\t\x1b"), max_size=300))
def test_any_text_can_be_redacted_and_keeps_its_lines(text):
    assert redacted(text).count("\n") == text.count("\n")


@given(st.binary(max_size=300))
def test_bytes_that_are_no_text_become_nothing(data):
    redactor = Redactor()
    redactor.learn("", data)
    assert redactor.reads(data) or redactor.redact(data) == b""


def test_what_the_analysis_rests_on_stays():
    text = (
        'Thread 2 (Thread 0x7f9b10f3b6c0 (LWP 48817) "worker-17"):\n' + FRAME.format('"x"') + "#2  f (fd=48211, owner=48817, big=48818)\n"
    )
    new = redacted(text)
    assert 'LWP 48817) "worker-17"' in new
    assert "in run (" in new
    assert "run.cc:12" in new
    assert "fd=48211, owner=48817" in new
    assert "48818" not in new
    assert "ann" not in new
    assert "acme" not in new


def test_a_thread_is_the_same_in_hexadecimal_and_in_decimal():
    handle = 0x7F9B10F3B6C0
    new = redacted(f"Thread 2 (Thread {handle:#x} (LWP 4243)):\nOS thread handle {handle}\n")
    assert int(new.partition("(Thread ")[2].partition(" ")[0], 16) == int(new.rstrip().rpartition(" ")[2])
    assert str(handle) not in new


def test_hosts_users_and_networks_become_others_the_same_everywhere():
    new = redacted(
        "db7.acme.com at 10.1.2.3:3306\ndb7.acme.com/prod\nuser=ann host=db7.acme.com 10.1.2.3\n/home/ann/x/core.1\nann logged in to db7\n"
    )
    assert not any(word in new for word in ("acme", "ann", "10.1.2.3", "db7"))
    assert new.count("0.0.0.1") == 2


def test_a_socket_has_the_same_address_in_all_forms():
    new = redacted("  0: 0302010A:1F90 0700000A:C350 01\nESTAB 10.1.2.3:8080 10.0.0.7:50000\n")
    first, second = new.splitlines()
    as_kernel = bytes(map(int, second.split()[1].partition(":")[0].split(".")))[::-1].hex().upper()
    assert first.split()[1] == f"{as_kernel}:1F90"
    assert "10.1.2.3" not in new


def test_a_host_that_a_manifest_names_goes_from_the_names_of_files_too():
    redactor = Redactor()
    redactor.learn("proddb7/4242/stacks.txt", b'{"host": "proddb7"}')
    assert redactor.redact(b'{"host": "proddb7"}') == b'{"host": "host1"}'
    assert redactor.name("proddb7/4242/stacks.txt") == "host1/4242/stacks.txt"


def test_a_host_called_by_a_word_of_the_readers_goes_where_something_says_that_it_is_one():
    redactor = Redactor()
    texts = [
        b'{"host": "vm", "tool": "vm"}',
        b"May  1 10:12:33 vm kernel: the vm waits",
        b"2024-05-01T10:12:33.123Z vm server[7]: ready",
        b"Linux vm 5.10.0",
    ]
    for number, text in enumerate(texts):
        redactor.learn(f"vm/{number}/vm.txt", text)
    new = [redactor.redact(text).decode() for text in texts]
    assert new[0] == '{"host": "host1", "tool": "vm"}'
    assert new[1] == "May  1 10:12:33 host1 kernel: the vm waits"
    assert new[2].startswith("2024-05-01T10:12:33.123Z host1 server[7]: ")
    assert new[3].startswith("Linux host1 ")
    assert (
        redacted("Linux version 5.10.0\n2024-05-01T10:12:33.123Z INFO main: vm\n")
        == "Linux version 5.10.0\n2024-05-01T10:12:33.123Z INFO main: vm\n"
    )
    assert redactor.name("stackan-vm-2026/vm/7/vm.txt") == "stackan-host1-2026/host1/7/vm.txt"


def test_addresses_that_the_kernel_prints_in_decimal_move_as_they_do_elsewhere():
    code, stack = 0x55FF41A5D000, 0x7FFF3C001230
    numbers = f"{'1 ' * 20}{code} {code + 0x9A000} {stack} {'0 ' * 14}{stack + 16}"
    new = redacted(f"4711 (server) S {numbers}\n{code:x}-{code + 0xC0000:x} r--p 00000000 08:01 7 /opt/server\n")
    moved = [int(word) for word in new.partition("\n")[0].split() if len(word) > 13]
    assert f"\n{moved[0]:x}-{moved[0] + 0xC0000:x} r--p" in new
    assert moved[0] != code
    assert moved[1] - moved[0] == 0x9A000
    assert moved[2] != stack
    assert moved[3] - moved[2] == 16


def test_the_name_of_a_thread_stays_as_a_whole_and_its_words_do_not():
    new = redacted('Thread 2 (LWP 12) "ledger-acme-7":\nledger-acme-7: stopped\nthe ledger of an acme, ledger-acme-8\n')
    assert new.count("ledger-acme-7") == 2
    assert new.count("ledger") == new.count("acme") == 2


def test_counters_that_are_as_large_as_addresses_stay():
    assert redacted("sum_exec_runtime : 123456789012345\n") == "sum_exec_runtime : 123456789012345\n"


def test_words_that_the_user_names_go_everywhere():
    assert redacted("the Zebra thread, zebra-x Zebra\n", ("Zebra",)) == "the word1 thread, word1-x word1\n"


def test_a_long_text_takes_time_in_proportion(in_proportion):
    line = '#1  0x0000555b38d6fe19 in run (q=0x7f12a0010c40 "SELECT {}", n=4817) at /home/a/b.cc:1 \n'
    in_proportion(lambda size: "".join(line.format(at) for at in range(size // 90)).encode(), lambda text: redacted(text.decode()))


@pytest.mark.parametrize(
    "piece",
    [
        "select a ",
        "update t ",
        "'",
        '"',
        '"\\',
        "'\\",
        "x(a='\\'",
        "a.b.",
        "/a",
        "password=",
        "10.1.",
        "a:",
        "#1 (",
        "0x7f12a0010c40 ",
        "with x ",
        "call f(",
        "a at b from c ",
        "MySQL thread id 1,",
        "a-",
        "A",
        "1",
    ],
)
def test_a_line_of_one_piece_takes_time_in_proportion(in_proportion, piece):
    in_proportion(lambda size: (piece * (size // len(piece) // 8)).encode(), lambda text: redacted(text.decode()))


def test_a_string_that_is_cut_behind_a_backslash_is_one():
    assert "Quuxly" not in redacted('#0  0x1234 in read_page (name="Quuxly \\\n') + redacted('x "Quuxly \\')


def test_a_document_of_json_has_more_in_it_than_can_be_held_at_once(monkeypatch):
    monkeypatch.setattr("stackan.redact.replaced._LAST", 0xF0000 + 60)  # of 131,070
    rows = [{"host": "proddb7.acme.com", "frames": ["quuxly.Zork.run(Quuxly.java:12)"]} for _ in range(60)]
    first, *others = json.loads(redacted(json.dumps(rows)))
    assert first == {"host": "host1", "frames": rows[0]["frames"]}
    assert others == [first] * 59


@pytest.mark.parametrize("cut", ["#0  0x1234 in read_page (id=7, page=\n", "#0  0x1234 in read_page (id=7,\n#1  0x1234 in load (id=7,\n"])
def test_a_frame_that_was_cut_within_its_arguments_spoils_nothing_behind_it(cut):
    head, frame = 'Thread 1 (LWP 10) "page cleaner two":\n', "#1  0x1234 in run (n=3) at run.cc:12\n"
    assert redacted(cut + frame + head) == cut + frame + head
    assert redacted(cut + head + frame) == cut + head + frame
