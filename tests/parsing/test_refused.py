"""What stackan knows by name and does not read is called what it is, and the sentence says what to take instead."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

import stackan
from stackan.parsing import parse_all
from stackan.parsing.refused.instead import INSTEAD
from tests.parsing.texts import only

ELF = b"\x7fELF\x02\x01\x01" + bytes(9)
TEXTS: dict[str, bytes] = {
    "elf-core": ELF + b"\x04\x00\x3e\x00" + bytes(300),
    "elf-program": ELF + b"\x03\x00\x3e\x00" + bytes(300),
    "mach-o-core": b"\xcf\xfa\xed\xfe\x07\x00\x00\x01\x03\x00\x00\x00\x04\x00\x00\x00" + bytes(300),
    "minidump": b"MDMP\x93\xa7\x00\x00" + bytes(300),
    "windows-kernel-dump": b"PAGEDU64" + bytes(300),
    "hprof": b"JAVA PROFILE 1.0.2\x00" + bytes(300),
    "jfr": b"FLR\x00\x00\x02" + bytes(300),
    "perf-data": b"PERFILE2" + bytes(300),
    "image": b"\x89PNG\r\n\x1a\n" + bytes(300),
    "video": b"\x00\x00\x00\x18ftypmp42" + bytes(300),
    "pdf": b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "office-document": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(300),
    "process-id": b"4242\n",
    "php-fpm-slowlog": (
        b"[14-May-2024 10:00:00]  [pool www] pid 3112\nscript_filename = /srv/shop/index.php\n"
        b"[0x00007f1b9b41a0e0] curl_exec() /srv/shop/pay.php:88\n[0x00007f1b9b41a000] pay() /srv/shop/index.php:12\n"
    ),
    "jrockit": (
        b"===== FULL THREAD DUMP ===============\nTue May 14 10:00:00 2013\nOracle JRockit(R) R28.2.7-7\n\n"
        b'"Main Thread" id=1 idx=0x4 tid=21254 prio=5 alive, waiting, native_blocked\n    at java/lang/Object.wait(J)V(Native Method)\n'
    ),
    "websphere-hung-thread": (
        b'[5/14/24 10:00:00:123 CST] 0000002c ThreadMonitor W   WSVR0605W: Thread "WebContainer : 4" (0000005f) has been active for 712345 '
        b"milliseconds and may be hung.\n\tat java.net.SocketInputStream.read(SocketInputStream.java:140)\n"
    ),
    "erlang-crash-dump": b"=erl_crash_dump:0.5\nTue May 14 10:00:00 2024\nSlogan: eheap_alloc\n=proc:<0.0.0>\nState: Waiting\n",
    "node-report": b'{\n "header": {"reportVersion": 3, "processId": 4242},\n "javascriptStack": {"stack": []}\n}\n',
    "bpftrace": b"Attaching 1 probe...\n\n@[\n    __schedule+1\n    schedule+70\n    do_futex+200\n]: 17\n@waits[\n    read+1\n]: 3\n",
    "go-profile-top": b"Type: goroutine\nShowing nodes\n   flat  flat%   sum%   cum   cum%\n      9   100%   100%  9   100%  f\n",
    "dotnet-parallelstacks": b"~~~~ 9c8\n    1 System.Threading.Monitor.Wait(Object, Int32)\n==> 8 threads with 2 roots\n",
    "dotnet-dumpasync": b"STACK 1\n00000001c0 00007f (2) Shop.Cart+<LoadAsync>d__5\n",
    "python-traceback": b'Traceback (most recent call last):\n  File "x.py", line 3, in <module>\n    main()\n',
    "ruby-traceback": b"pay.rb:3:in `pay': no (RuntimeError)\n\tfrom pay.rb:9:in `<main>'\n",
    "java-exception": b"java.lang.RuntimeException: no\n\tat com.shop.Pay.run(Pay.java:12)\n",
    "rust-panic": b"thread 'main' panicked at src/main.rs:4:5:\nindex out of bounds\n",
    "sanitizer": b"==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x60\n    #0 0x4f in main /src/a.c:3\n",
    "json-core-backtrace": b'{"signal": 11, "stacktrace": [{"crash_thread": true, "frames": [{"address": 1}]}]}',
}
PHONES_PHOTO = b"\x00\x00\x00\x18ftypheic" + bytes(300)
FALSE = re.compile(r"cut short|exception text|corrupt|empty")


def refusal(data: bytes) -> str:
    with pytest.raises(stackan.StackanError) as caught:
        parse_all(data, "given.txt")
    return str(caught.value)


def test_each_name_has_a_text_here() -> None:
    assert TEXTS.keys() == INSTEAD.keys()


@pytest.mark.parametrize("name", TEXTS)
def test_a_refusal_says_what_the_file_is_and_what_to_take(name: str) -> None:
    told = refusal(TEXTS[name])
    assert told.startswith("given.txt: this is ")
    assert ", which stackan does not read; " in told
    assert re.search(r"`|give the text", told.rpartition("does not read; ")[2])
    assert "\n" not in told
    assert not FALSE.search(told) or name == "java-exception"


def test_an_elf_core_is_taken_apart_by_gdb() -> None:
    assert "an ELF core" in refusal(TEXTS["elf-core"])
    assert "`gdb PROGRAM CORE -batch -ex 'thread apply all bt' > core.txt`" in refusal(TEXTS["elf-core"])


def test_a_document_of_an_office_is_no_archive_of_dumps(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "hang.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    with pytest.raises(stackan.StackanError, match="an office document, which is not read; give the text"):
        stackan.load(tmp_path / "hang.docx")


def test_a_process_id_is_no_path() -> None:
    with pytest.raises(stackan.StackanError, match="if it is a process id, `stackan collect --pid 99999 -o 99999.tar.gz` takes its stacks"):
        stackan.load("99999")


def test_pictures_in_a_folder_are_passed_over_and_a_core_is_told(tmp_path: Path) -> None:
    (tmp_path / "snap1.txt").write_text("Thread 1 (LWP 7):\n#0  0x0000000000401136 in main () at a.c:3\n")
    for number in range(3):
        (tmp_path / f"shot{number}.png").write_bytes(TEXTS["image"] + bytes([number]))
    (tmp_path / "core.7").write_bytes(TEXTS["elf-core"])
    warnings = stackan.load(tmp_path).warnings
    assert [each for each in warnings if "an ELF core" in each]
    assert not [each for each in warnings if "a picture," in each]


def test_all_that_is_known_of_the_files_is_said_where_none_is_a_dump(tmp_path: Path) -> None:
    for name in ("elf-core", "jrockit"):
        (tmp_path / name).write_bytes(TEXTS[name])
    with pytest.raises(stackan.StackanError) as caught:
        stackan.load(tmp_path)
    told = [str(caught.value), *caught.value.notes]
    assert len(told) == 2
    assert "ELF core" in told[0] and "JRockit" in told[1]


@pytest.mark.parametrize(
    "text",
    [
        "0 string \\x89PNG image/png\n0 belong 0x0000 x\n#0 a comment\n>4 byte 1\n",
        "the log says script_filename = none\nand @[ here\n",
    ],
)
def test_what_is_somebody_elses_is_called_nothing(text: str) -> None:
    assert "no thread dump" in refusal(text.encode())


def test_a_dump_that_tells_of_such_a_text_is_read() -> None:
    frame = "#0  0x0000000000401136 in main () at a.c:3\n"
    assert len(only(f"=erl_crash_dump:0.5\nThread 1 (LWP 7):\n{frame}").threads) == 1


def test_a_phones_photo_of_a_screen_is_called_a_picture() -> None:
    assert "a picture" in refusal(PHONES_PHOTO)


def test_a_list_by_pprof_top_is_told_with_its_counts() -> None:
    rows = [
        (1203, 1203, "runtime.gopark"),
        (0, 1200, "main.(*store).get"),
        (0, 1200, "sync.(*Mutex).Lock (inline)"),
        (0, 3, "internal/poll.runtime_pollWait"),
        (0, 1, "main.main"),
    ]
    head = (
        "File: app\nType: goroutine\nShowing nodes accounting for 1203, 99.92% of 1204 total\n      flat  flat%   sum%        cum   cum%\n"
    )
    listed = (head + "".join(f"{flat:10d} 99.92% 99.92% {cum:10d} 99.67%  {name}\n" for flat, cum, name in rows)).encode()
    assert "of 1204 goroutines 1200 are in sync.(*Mutex).Lock, and 1200 in main.(*store).get" in refusal(listed)


def test_a_traceback_that_gdb_prints_before_its_frames_hides_them_not() -> None:
    session = (
        "[Thread debugging using libthread_db enabled]\n"
        'Traceback (most recent call last):\n  File "/usr/share/gdb/auto-load/printers.py", line 7, in <module>\n'
        "ImportError: No module named 'printers'\n"
        "#0  0x00007f6c1e20a1c4 in __lll_lock_wait () from /lib64/libpthread.so.0\n"
        "#1  0x0000000000411b02 in take_seat () at hall.c:31\n"
    )
    dump = only(session)
    assert dump.format == "gdb"
    assert [frame.function for frame in dump.frames] == ["__lll_lock_wait", "take_seat"]
