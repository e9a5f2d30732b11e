"""The scanner in plain Python: the specification, the oracle of the tests, and the fallback without a compiler.

`scan` turns one buffer into `Columns`.  It works line by line; a line's kind follows from its first bytes and from
whether a thread is open:

    Thread 25 (Thread 0x772bb852b6c0 (LWP 17870) "mariadbd"):     THREAD     gdb, gstack; older: `(LWP 17870)):`, `Thread 1 (process 123):`
    TID 17540:                                                    THREAD     eu-stack
    #5  0x0000557fb8ef6910 in lock_wait (thr=thr@entry=0x77) at lock0lock.cc:2189     FRAME
    #0  0x00007f8af76c012b     futex_wait - /usr/lib/libc.so.6    FRAME      eu-stack -m
        ./nptl/futex-internal.c:57:12                             CONTINUATION   three blanks to seven, directly behind a frame
            __ret = -512                                          LOCALS     eight blanks or more, inside a thread; fewer below such
    No locals.                                                    LOCALS
    [New LWP 17803]                                               NOISE      known words of the debugger: see model/debugger_phrases.py
        at ./nptl/futex-internal.c:57                             NOISE      fewer than eight blanks, directly behind noise

A thread ends where the next begins, or at noise that never comes inside a thread; a blank line ends its locals only.
Whatever is none of these is UNPARSED: counted, and listed with its line.  Bad content never raises.
"""

from __future__ import annotations

from stackan.model.columns import (
    BLANK,
    CONTINUATION,
    EU_STACK,
    FRAME,
    LOCALS,
    NOISE,
    THREAD,
    UNKNOWN,
    UNPARSED,
    Columns,
)
from stackan.model.debugger_phrases import LOCALS_LINES, NOISE_BEHIND_TAB, NOISE_INSIDE, NOISE_PREFIXES

_DIGITS = frozenset(b"0123456789")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_BLANKS = frozenset(b" \t\n\r")
_OPERATOR_SIGNS = frozenset(b"<>=-!+*/%&|^~,")


def scan(data: bytes, dialect: int) -> Columns:
    """Scan a whole buffer; `dialect` (GDB or EU_STACK) says how frames are written."""
    return _Scanner(data, dialect).run()


class _Scanner:
    def __init__(self, data: bytes, dialect: int) -> None:
        self.data = data
        self.split = split_eu_frame if dialect == EU_STACK else split_gdb_frame
        self.columns = Columns()
        self.sites: dict[tuple[bytes, bytes, bool], int] = {}
        self.calls: dict[tuple[int, int], int] = {}
        self.nodes: dict[tuple[int, int], int] = {}
        self.open = False  # a thread takes lines
        self.frame_open = False  # the line before belongs to a frame: it may be continued
        self.frame_start = self.frame_stop = 0  # of the newest frame
        self.has_locals = False  # locals were seen in this thread: column-0 lines may belong to them
        self.noted = 0  # the last line of noise, or 0: a line with fewer than eight blanks goes on with it

    def run(self) -> Columns:
        data, size = self.data, len(self.data)
        start = line = 0
        while start < size:
            end = data.find(b"\n", start)
            end = size if end < 0 else end
            line += 1
            stop = end - 1 if end > start and data[end - 1] == 13 else end
            kind = self.take(line, start, stop, min(end + 1, size))
            self.columns.lines_by_kind[kind] += 1
            start = end + 1
        self.close_thread()
        return self.columns

    def take(self, line: int, start: int, stop: int, following: int) -> int:
        """Take one line, `data[start:stop]`; `following` is where the next begins.  Returns the line's kind."""
        data = self.data
        if stop == start:
            return self.take_blank()
        first = data[start]
        if first == 35 and self.is_frame(start, stop):  # "#"
            self.close_frame()
            self.add_frame(line, start, stop, following)
            return FRAME
        if first == 84:  # "T"
            header = read_header(data, start, stop)
            if header is not None:
                self.close_frame()
                self.close_thread()
                self.add_thread(line, start, following, header)
                return THREAD
        if first in (32, 9):
            return self.take_indented(line, start, stop, following)
        self.close_frame()
        return self.take_other(line, start, stop, following)

    # -- lines that are neither headers nor frames

    def take_blank(self) -> int:
        self.close_frame()
        self.has_locals = False
        return BLANK

    def take_indented(self, line: int, start: int, stop: int, following: int) -> int:
        data, columns = self.data, self.columns
        indent = start
        while indent < stop and data[indent] in (32, 9):
            indent += 1
        if indent == stop:
            return self.take_blank()
        if self.frame_open and 3 <= indent - start <= 7 and data[start] == 32:
            self.frame_stop = stop
            columns.thread_stop[-1] = following
            return CONTINUATION
        self.close_frame()
        inside = self.open and columns.thread_frames[-1] > 0
        if (inside and (indent - start >= 8 or self.has_locals)) or (self.open and data[start] == 9):
            self.has_locals = True
            columns.thread_stop[-1] = following
            return LOCALS
        goes_on = 0 < self.noted == line - 1 and indent - start < 8
        if goes_on or is_table_row(data, start, indent, stop) or (not self.open and is_outside_detail(data, start, indent, stop)):
            return self.add_note(line, start)
        return self.add_unparsed(line, start)

    def take_other(self, line: int, start: int, stop: int, following: int) -> int:
        data, columns = self.data, self.columns
        inside = self.open and columns.thread_frames[-1] > 0
        if inside and data[start:stop] in LOCALS_LINES:
            columns.thread_stop[-1] = following
            return LOCALS
        if data.startswith(NOISE_PREFIXES, start, stop) or is_stray_frame(data, start, stop) or is_table_row(data, start, start + 2, stop):
            if self.open and not data.startswith(NOISE_INSIDE, start, stop):
                self.close_thread()
            return self.add_note(line, start)
        if inside and self.has_locals:
            columns.thread_stop[-1] = following
            return LOCALS
        if not self.open and is_bare_frame(data, start, stop):
            return self.add_note(line, start)
        return self.add_unparsed(line, start)

    def add_note(self, line: int, start: int) -> int:
        self.columns.note_line.append(line)
        self.columns.note_start.append(start)
        self.noted = line
        return NOISE

    def add_unparsed(self, line: int, start: int) -> int:
        self.columns.unparsed_line.append(line)
        self.columns.unparsed_start.append(start)
        return UNPARSED

    # -- threads

    def add_thread(self, line: int, start: int, stop: int, header: tuple[int, int, int, int, int]) -> None:
        columns = self.columns
        number, pthread, lwp, name_start, name_size = header
        columns.thread_number.append(number)
        columns.thread_lwp.append(lwp)
        columns.thread_pthread.append(pthread)
        columns.thread_name_start.append(name_start)
        columns.thread_name_size.append(name_size)
        columns.thread_line.append(line)
        columns.thread_start.append(start)
        columns.thread_stop.append(stop)
        columns.thread_first.append(len(columns.frame_call))
        columns.thread_frames.append(0)
        columns.thread_node.append(UNKNOWN)
        self.open = True
        self.has_locals = False

    def close_thread(self) -> None:
        """Intern the open thread's stack, from its outermost frame inwards."""
        self.close_frame()
        if not self.open:
            return
        self.open = False
        columns = self.columns
        node = UNKNOWN
        first = columns.thread_first[-1]
        for index in range(first + columns.thread_frames[-1] - 1, first - 1, -1):
            key = (node, columns.call_site[columns.frame_call[index]])
            found = self.nodes.get(key)
            if found is None:
                found = self.nodes[key] = len(columns.node_site)
                columns.node_site.append(key[1])
                columns.node_parent.append(node)
            node = found
        columns.thread_node[-1] = node

    # -- frames

    def is_frame(self, start: int, stop: int) -> bool:
        """`#` digits, then a blank or the end of the line."""
        at = start + 1
        while at < stop and self.data[at] in _DIGITS:
            at += 1
        return start + 1 < at <= start + 10 and (at == stop or self.data[at] == 32)

    def add_frame(self, line: int, start: int, stop: int, following: int) -> None:
        columns = self.columns
        level = read_number(self.data, start + 1, stop)[1]
        # `thread apply all -q` and single-threaded pstacks print no header: a thread begins at #0.
        if not self.open or (level == 0 and columns.thread_frames[-1]):
            self.close_thread()
            self.add_thread(line, start, following, (UNKNOWN, 0, UNKNOWN, UNKNOWN, 0))
        columns.thread_frames[-1] += 1
        columns.thread_stop[-1] = following
        self.frame_open = True
        self.frame_start, self.frame_stop = start, stop

    def close_frame(self) -> None:
        """Split the open frame now that its continuation lines are known."""
        if not self.frame_open:
            return
        self.frame_open = False
        columns = self.columns
        start, stop = self.frame_start, self.frame_stop
        at = read_number(self.data, start + 1, stop)[0]
        has_pc, pc, function, location, args_start, args_size = self.split(self.data, skip_blanks(self.data, at, stop), stop)
        key = (function, location, has_pc)
        site = self.sites.get(key)
        if site is None:
            site = self.sites[key] = len(columns.site_function)
            columns.site_function.append(function)
            columns.site_location.append(location)
            columns.site_has_pc.append(has_pc)
        call = self.calls.get((pc, site))
        if call is None:
            call = self.calls[pc, site] = len(columns.call_site)
            columns.call_site.append(site)
            columns.call_pc.append(pc)
        columns.frame_call.append(call)
        columns.frame_start.append(start - columns.thread_start[-1])
        columns.frame_args_start.append(args_start - start if args_start != UNKNOWN else UNKNOWN)
        columns.frame_args_size.append(args_size)


# -- small grammars; all work on data[start:stop] and allocate nothing but the parts that they return


def read_number(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """A decimal number at `at`: where it ends, and its value (0 if there is none, or if it has more than ten digits:
    nobody takes such a number, and its value would cost the square of its length)."""
    end = at
    while end < stop and data[end] in _DIGITS:
        end += 1
    return end, int(data[at:end]) if at < end <= at + 10 else 0


def read_hex(data: bytes, at: int, stop: int) -> tuple[int, int]:
    """`0x` and up to 16 hex digits at `at`: where they end, and their value; (at, 0) if there is none."""
    if not data.startswith(b"0x", at, stop):
        return at, 0
    end = at + 2
    while end < stop and end < at + 18 and data[end] in _HEX:
        end += 1
    if end == at + 2 or (end < stop and data[end] in _HEX):
        return at, 0
    return end, int(data[at + 2 : end], 16)


def skip_blanks(data: bytes, at: int, stop: int) -> int:
    while at < stop and data[at] in _BLANKS:
        at += 1
    return at


def trim_blanks(data: bytes, start: int, stop: int) -> int:
    while stop > start and data[stop - 1] in _BLANKS:
        stop -= 1
    return stop


def read_header(data: bytes, start: int, stop: int) -> tuple[int, int, int, int, int] | None:
    """A thread's header: (number, pthread id, LWP, where its name starts, the name's size), or None.

    Grammar (gdb's thread.c prints the target's own words between the parentheses):

        Thread N (Thread 0xPTHREAD (LWP n) "name"):      Thread N (LWP n "name"):
        Thread N (Thread 0xPTHREAD (LWP n)):             Thread N (process n):      Thread N (Thread n):
        Thread N (Thread -1213443968 (LWP n)):           gdb 6 on 32 bits: the pthread id as a signed number
        Thread N (Thread PID.0xTID):                     Windows, where gdb 6 writes `(thread PID.0xTID)`
        Thread I.N (Thread 0xPTHREAD (LWP n)):           with several inferiors
        TID n:                                           eu-stack

    The name may hold quotes, blanks and parentheses: it reaches to the line's last quote.  The first LWP counts.
    """
    if data.startswith(b"TID ", start, stop):
        at, lwp = read_number(data, start + 4, stop)
        if start + 4 < at <= start + 14 and at < stop and data[at] == 58:
            return UNKNOWN, 0, lwp, UNKNOWN, 0
        return None
    if not data.startswith(b"Thread ", start, stop):
        return None
    at, number = read_number(data, start + 7, stop)
    if start + 7 < at < stop and data[at] == 46:  # "."
        start = at - 6
        at, number = read_number(data, at + 1, stop)
    if not start + 7 < at <= start + 17 or not data.startswith(b" (", at, stop):
        return None
    at += 2
    pthread, lwp = 0, UNKNOWN
    if data.startswith((b"Thread ", b"thread "), at, stop):
        named = read_thread_id(data, at + 7, stop)
        if named is None:
            return None
        at, pthread, lwp = named
        if data.startswith(b" (", at, stop):
            at += 2
    for word in (b"LWP ", b"process "):
        if data.startswith(word, at, stop):
            end, value = read_number(data, at + len(word), stop)
            if at + len(word) < end <= at + len(word) + 10 and end < stop:  # else the number may be cut
                at, lwp = end, value
                break
    if lwp == UNKNOWN and not pthread:
        return None
    opening = data.find(b'"', at, stop)
    closing = data.rfind(b'"', at, stop)
    if opening < closing:
        return number, pthread, lwp, opening + 1, closing - opening - 1
    return number, pthread, lwp, UNKNOWN, 0


def read_thread_id(data: bytes, at: int, stop: int) -> tuple[int, int, int] | None:
    """A thread's id as its library gives it: where it ends, the pthread id (or 0), and the kernel's id (or UNKNOWN)."""
    end, pthread = read_hex(data, at, stop)
    if end > at:
        return end, pthread, UNKNOWN
    negative = data.startswith(b"-", at, stop)
    end, number = read_number(data, at + negative, stop)
    if not at + negative < end <= at + negative + 10:
        return None
    if negative:
        return end, -number & 0xFFFFFFFF, UNKNOWN
    if data.startswith(b".0x", end, stop):  # a process and its thread
        inner, number = read_hex(data, end + 1, stop)
        if inner == end + 1 or number >> 32:
            return None
        return inner, 0, number
    return end, 0, number


def is_stray_frame(data: bytes, start: int, stop: int) -> bool:
    """The current frame that gdb prints on attaching, the source line behind it, or a line of eu-stack's module map.

    0x00007f2be7f1a26f in __GI___poll (fds=0x55, nfds=4, timeout=-1) at ../sysdeps/unix/sysv/linux/poll.c:29
    29      ../sysdeps/unix/sysv/linux/poll.c: No such file or directory.
    0x00007f8af763a000-0x00007f8af780f000 libc.so.6
    """
    at = read_hex(data, start, stop)[0]
    if at > start:
        return data.startswith((b" in ", b"-0x"), at, stop)
    at = read_number(data, start, stop)[0]
    return start < at < stop and data[at] == 9


def is_bare_frame(data: bytes, start: int, stop: int) -> bool:
    """The current frame on attaching, where it is inlined and so has no address; only outside of threads:

    futex_wait (private=0, expected=2, futex_word=0x7fed714aa0) at ../sysdeps/nptl/futex-internal.h:146
    futex_wait (private=0, expected=2,                                gdb breaks lines between arguments; the rest follows, indented
    """
    found = find_arguments(data, start, stop)
    if found is None:
        return False
    begin, end = found
    if end < stop:
        return skip_blanks(data, end + 1, stop) < stop
    return data[trim_blanks(data, start, stop) - 1] == 44 and data.find(b"=", begin, stop) >= 0


def is_table_row(data: bytes, start: int, indent: int, stop: int) -> bool:
    """A row of `info threads`:

      Id   Target Id                                    Frame
    * 1    Thread 0x7f8af7637740 (LWP 17540) "ab_ba.O2" 0x00007f8af7709545 in __GI___clock_nanosleep (…
      2    LWP 17541 futex_wait (private=0, …
      1.2  Thread 0x7f8af7637740 (LWP 17540) …            with several inferiors
      3 0x96271f2a in semop ()                            Apple's gdb 6, which may put a quoted name before the address
    """
    if data.startswith(b"  Id ", start, stop):
        return True
    if indent - start != 2 or not data.startswith((b"* ", b"  "), start, stop):
        return False
    at = read_number(data, indent, stop)[0]
    if at == indent:
        return False
    if data.startswith(b".", at, stop):
        at = read_number(data, at + 1, stop)[0]
    return data.startswith((b"Thread ", b"LWP ", b"process ", b"0x", b'"'), skip_blanks(data, at, stop), stop)


def is_outside_detail(data: bytes, start: int, indent: int, stop: int) -> bool:
    """A line that is indented below others outside of threads: eu-stack's module map, or the question of gdb when it is left:

    \tInferior 1 [process 26082] will be detached.
    """
    behind_tab = indent - start == 1 and data[start] == 9
    return (behind_tab and data.startswith(NOISE_BEHIND_TAB, indent, stop)) or is_map_detail(data, start, indent, stop)


def is_map_detail(data: bytes, start: int, indent: int, stop: int) -> bool:
    """Build id, file or debug file below a line of eu-stack's module map: two blanks, then `[`, `/` or `-`."""
    return indent - start == 2 and data[indent] in b"[/-"


# The result of a split: (has a pc, pc, function, location, where the arguments start, their size).
Split = tuple[bool, int, bytes, bytes, int, int]


def split_gdb_frame(data: bytes, at: int, stop: int) -> Split:
    """Split a frame as gdb writes it, from behind its level to its end (continuation lines included):

        0x0000557fb8ef6910 in lock_wait (thr=thr@entry=0x772bb00173c0) at lock/lock0lock.cc:2189
        0x00007f82934d44a3 in ?? () from /lib/x86_64-linux-gnu/libstdc++.so.6
        futex_wait (private=0, expected=2, futex_word=0x5567ca2791c0 <debit>) at ../sysdeps/nptl/futex-internal.h:146
        <signal handler called>
        0x00007f2763f18bcf in __GI___poll at poll.c:29:10         pt-eustack-resolver prints no arguments

    The arguments are the first parenthesis outside all brackets that follows a blank and whose match comes before
    the location or the end: a function's name may itself hold ` (`, as in `void (anonymous namespace)::f<int> (a=1)`.
    """
    stop = trim_blanks(data, at, stop)
    end, pc = read_hex(data, at, stop)
    has_pc = end > at
    if has_pc:
        at = skip_blanks(data, end, stop)
        if data.startswith(b"in", at, stop) and at + 2 < stop and data[at + 2] in _BLANKS:
            at = skip_blanks(data, at + 2, stop)
    opening = find_arguments(data, at, stop)
    if opening is None:
        place = find_place(data, at, stop)
        return has_pc, pc, data[at : trim_blanks(data, at, place)], data[place:stop], UNKNOWN, 0
    start, closing = opening
    function = data[at : trim_blanks(data, at, start - 1)]
    location = data[min(skip_blanks(data, closing + 1, stop), stop) : stop]
    return has_pc, pc, function, location, start, closing - start


def find_arguments(data: bytes, at: int, stop: int) -> tuple[int, int] | None:
    """First byte of the arguments and the position of their closing parenthesis (`stop` if the line is cut), or None."""
    first = None  # the first candidate, taken if no candidate's match fits (a cut line, an unbalanced quote)
    depth = 0
    begin = at
    quotes = bytearray(b"\"'")
    while at < stop:
        byte = data[at]
        if byte == 111 and data.startswith(b"operator", at, stop) and (at == begin or not is_word(data[at - 1])):
            at = skip_operator(data, at + 8, stop)
            continue
        if byte == 40:  # (
            if depth == 0 and at > begin and data[at - 1] in _BLANKS and not data.startswith(b"(anonymous namespace)", at, stop):
                first = at + 1 if first is None else first
                closing = match_arguments(data, at, stop, quotes)
                if closing is None:
                    break  # a second try could only fail again, and take as long
                if ends_frame(data, closing + 1, stop):
                    return at + 1, closing
                at = closing + 1
                continue
            depth += 1
        elif byte in b"<{[":
            depth += 1
        elif byte in b")}]" or (byte == 62 and data[at - 1 : at] != b"-"):  # `->` closes nothing
            depth = depth - 1 if depth else 0
        at += 1
    if first is None:
        return None
    closing = data.rfind(b")", first, stop)
    while closing >= 0 and not ends_frame(data, closing + 1, stop):
        closing = data.rfind(b")", first, closing)
    return first, closing if closing >= 0 else stop


def find_place(data: bytes, at: int, stop: int) -> int:
    """Where the location begins in a frame without arguments: at its last ` at ` or ` from `; `stop` if it has none."""
    found = max(data.rfind(b" at ", at, stop), data.rfind(b" from ", at, stop))
    return stop if found < 0 else found + 1


def is_word(byte: int) -> bool:
    return byte == 95 or 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122


def skip_operator(data: bytes, at: int, stop: int) -> int:
    """Skip an operator's own signs, which open and close nothing: `operator()`, `operator<<`, `operator->`."""
    if data.startswith((b"()", b"[]"), at, stop):
        return at + 2
    while at < stop and data[at] in _OPERATOR_SIGNS:
        at += 1
    return at


def match_arguments(data: bytes, at: int, stop: int, quotes: bytearray) -> int | None:
    """The parenthesis that closes the one at `at`, outside of quoted strings and characters, or None.

    A quote that is never closed before `stop` is an ordinary byte, and so is every later one of its kind: it is taken
    out of `quotes`, which the caller keeps for its next candidate.  Else each would look for its end once more.
    """
    depth = 0
    while at < stop:
        byte = data[at]
        if byte in quotes:
            end = skip_quoted(data, at, stop)
            if end > stop:
                quotes.remove(byte)
            else:
                at = end
                continue
        elif byte == 40:
            depth += 1
        elif byte == 41:
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return None


def skip_quoted(data: bytes, at: int, stop: int) -> int:
    """Behind the string or character literal at `at`; `stop + 1` if it is never closed."""
    quote = data[at]
    at += 1
    while at < stop:
        if data[at] == 92:
            at += 2
        elif data[at] == quote:
            return at + 1
        else:
            at += 1
    return stop + 1


def ends_frame(data: bytes, at: int, stop: int) -> bool:
    """Nothing but the location may follow a frame's arguments."""
    word = skip_blanks(data, at, stop)
    return word == stop or (word > at and data.startswith((b"at ", b"from "), word, stop))


def split_eu_frame(data: bytes, at: int, stop: int) -> Split:
    """Split a frame as eu-stack writes it (stack.c: address, `- 1` if it is a call's return, name, module, source):

    0x00007f8af76c6482 __pthread_mutex_lock@GLIBC_2.2.5
    0x00007f8af76c012b     futex_wait - /usr/lib/x86_64-linux-gnu/libc.so.6
        ../sysdeps/nptl/futex-internal.h:146:13
    0x000055d9ddd3ef8d - 1 - /usr/sbin/mariadbd
    """
    stop = trim_blanks(data, at, stop)
    line_end = data.find(b"\n", at, stop)
    line_end = stop if line_end < 0 else line_end
    end, pc = read_hex(data, at, line_end)
    has_pc = end > at
    at = end
    if data.startswith((b" - 1 ", b" - 1\n"), at, stop) or (data.startswith(b" - 1", at, stop) and at + 4 == line_end):
        at += 4
    module = data.rfind(b" - ", at, line_end)
    if module >= 0 and not data.startswith((b"/", b"["), module + 3, line_end):
        module = -1
    name_end = line_end if module < 0 else module
    at = skip_blanks(data, at, name_end) if at < name_end else name_end
    function = data[at : trim_blanks(data, at, name_end)]
    parts = []
    if module >= 0:
        parts.append(b"from " + data[module + 3 : trim_blanks(data, module + 3, line_end)])
    source = skip_blanks(data, line_end, stop)
    if source < stop:
        source_end = data.find(b"\n", source, stop)
        parts.append(b"at " + data[source : trim_blanks(data, source, stop if source_end < 0 else source_end)])
    return has_pc, pc, function, b" ".join(parts), UNKNOWN, 0
