#!/bin/sh
# stackan capture.sh @VERSION@: snapshots of hung processes, for `stackan analyze`.  POSIX sh (dash, bash, busybox ash); root only where a
# process belongs to somebody else.  It reads /proc, runs one of gdb, eu-stack and pstack on one process after the other, and writes into one
# new folder, which it packs at the end.  It sends and fetches nothing, changes no setting, and stores neither environments nor command
# lines; but gdb prints the arguments of functions, as far as the server has symbols, and the names of threads and, by ss, programs are stored.
#
#   sh capture.sh -m 'mode datanode' -m 'mode controller'      two rounds, 180 s apart; or: sh capture.sh -p 4242 -r 3 -i 10 -o case
#
#   -p PID      a process; may be repeated          -m TEXT     processes with this text in their command line; may be repeated
#   -r ROUNDS   how many snapshots (2)              -i SECONDS  between their beginnings (180)
#   -o NAME     the folder to make, packed as NAME.tar.gz (stackan-HOST-TIME)
#   -t SECONDS  how long a tool may take for one process (60)   -n   no debugger: what /proc shows, and nobody is stopped
#
# gdb and pstack stop the whole process while they run: about a second for hundreds of threads, longer under load; eu-stack stops one thread
# after the other.  A tool that takes too long is killed with all that it has started, and the process is made to run again; so it is if this
# script is ended by Ctrl-C, TERM or HUP.  Whoever ends it by KILL sees to that himself: kill -CONT PID
# Exit status: 0 whole, 1 partial, 2 nothing.
set -u && umask 077 && export LC_ALL=C
unset DEBUGINFOD_URLS # gdb and eu-stack would fetch symbols from there
say() { printf 'capture: %s\n' "$*" >&2; }
fail() { say "$*" && exit 2; }

pids='' rounds=2 interval=180 limit=60 folder='' no_tool='' match=''
while getopts 'p:m:r:i:o:t:nh' option; do
    case $option in
    p) pids="$pids $OPTARG" ;;
    m) [ -z "$OPTARG" ] || match="$match${match:+
}$OPTARG" ;;
    r) rounds=$OPTARG ;; i) interval=$OPTARG ;; t) limit=$OPTARG ;; n) no_tool=1 ;; o) folder=${OPTARG%.tar.gz} ;;
    *) say "usage: sh capture.sh -p PID | -m TEXT … [-r ROUNDS] [-i SECONDS] [-o NAME] [-t SECONDS] [-n]" && case $option in h) exit 0 ;; *) exit 2 ;; esac ;;
    esac
done && shift $((OPTIND - 1)) && [ $# -gt 0 ] && fail "$1 belongs to no option; processes are named by -p and -m"
for number in $pids "$rounds" "$interval" "$limit"; do
    case $number in *[!0-9]* | '') fail "$number is no number" ;; esac
done && [ "$rounds" -lt 1 ] && fail "-r $rounds takes no round; give 1 or more"
[ -d /proc/self/task ] || fail "there is no /proc here; this script is for Linux"
host=$(uname -n) && folder=${folder:-stackan-$host-$(date -u +%Y-%m-%dT%H%M%S)}
if [ -e "$folder" ] || [ -e "$folder.tar.gz" ]; then fail "$folder is there already, and nothing is overwritten; give another name to -o"; fi

# -- which processes: never this script, nor the shells that it was called from, nor a grep for the same words
family=" $$ " up=$$
while up=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$up/status" 2>/dev/null) && [ -n "$up" ] && [ "$up" -gt 0 ]; do
    family="$family$up "
done
if [ -n "$match" ]; then
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        case $family in *" $pid "*) continue ;; esac
        case $(cat "$entry/comm" 2>/dev/null) in grep | egrep | fgrep | pgrep | awk | sed | ps | capture.sh | '') continue ;; esac
        if { tr '\0' ' ' <"$entry/cmdline" | grep -qF -e "$match"; } 2>/dev/null; then pids="$pids $pid"; fi
    done
fi
[ -n "${pids# }" ] || fail "no process was named or found; see ps -ef"
start() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; } # when it began: ids are given again
pids=$(for pid in $pids; do echo "$pid"; done | sort -nu) born=' '
for pid in $pids; do
    [ -d "/proc/$pid/task" ] || fail "no process $pid is running; see ps -ef"
    born="$born$pid=$(start "$pid") "
done
lives() { case $born in *" $1=$(start "$1") "*) return 0 ;; *) return 1 ;; esac }

# -- the tool: gdb first, as it alone tells who owns each lock, though eu-stack hurts less
tool=''
if [ -z "$no_tool" ]; then
    for name in pstack eu-stack gdb; do ! command -v "$name" >/dev/null 2>&1 || tool=$name; done
    [ -n "$tool" ] || say "neither gdb nor eu-stack nor pstack is here: only what /proc shows is taken"
fi

mkdir -p "$folder" || fail "$folder cannot be made"
partial=0 current='' running='' killed='' session=''
if command -v setsid >/dev/null 2>&1; then session=setsid; fi # so that what a tool has started can be killed with it: pstack runs a gdb

# -- a process that a killed debugger has left stopped runs again; one that was stopped before stays so.  The SIGSTOP of a debugger may also
#    wait for a thread that is in the kernel (bit 0x40000 of its pending signals), or be in its hands: so SIGCONT is sent behind each kill
states() {
    sed 's/.*) \(.\).*/\1/' /proc/"$1"/task/*/stat 2>/dev/null
    sed -n 's/^S[ih][gd]Pnd:[[:space:]]*[0-9a-f]*[4-7c-f][0-9a-f]\{4\}$/T/p' /proc/"$1"/task/*/status 2>/dev/null
}
let_run() { # PID, its states before
    case $2 in *[Tt]*) return 0 ;; esac
    tries=0
    while [ "$tries" -lt 50 ]; do
        if ! sed -n 's/^TracerPid:[[:space:]]*//p' /proc/"$1"/task/*/status 2>/dev/null | grep -q '[1-9]'; then
            case $killed$(states "$1") in *[Tt]*) kill -CONT "$1" 2>/dev/null || return 0 ;; *) return 0 ;; esac
            killed=''
        fi
        tries=$((tries + 1))
        sleep 0.1 2>/dev/null || sleep 1
    done
    say "process $1 is still stopped: kill -CONT $1" && partial=1 && return 1
}
end_tool() { kill -KILL "${session:+-}$running" 2>/dev/null && killed=T; }
# shellcheck disable=SC2317 # the trap calls it
stop() {
    [ -z "$running" ] || end_tool
    [ -z "$current" ] || let_run "$current" "$before"
    if [ ! -d "$folder" ]; then exit 2; else say "interrupted; $folder has what was taken: give it to stackan analyze" && exit 1; fi
}
trap stop INT TERM HUP

bounded() { # FILE COMMAND…: with a time limit, without depending on timeout(1)
    output=$1
    shift
    $session "$@" >"$output" 2>&1 </dev/null &
    running=$! waited=0
    while kill -0 "$running" 2>/dev/null; do
        if [ "$waited" -ge $((limit * 5)) ]; then
            end_tool
            say "process $current: $1 was ended after $limit s" && partial=1 && break
        fi
        waited=$((waited + 1))
        sleep 0.2 2>/dev/null || { sleep 1 && waited=$((waited + 4)); }
    done
    wait "$running" 2>/dev/null
    running=''
}

# -- who waits for which lock, and who has it, for gdb without symbols and without its Python.  Of each thread: its id (at fs_base + 0x2d0), the
#    number of its system call (orig_rax), two arguments; of a futex (202) also the kind of lock around it (glibc 2.25 to 2.40, x86-64), its
#    address, its owner, whether processes share it, whether the wait has a limit, how many read.  To poll one descriptor is to read or write
locks=$folder/locks.gdb
cat >"$locks" <<'GDB'
define stackan_look
  set $_ = ($nr = $orig_rax, $first = (unsigned) $rdi, $at = (unsigned long) $rdi, $value = (unsigned) $rdx, $kind = 0, $owner = 0, $readers = 0, $shared = 0, $for = 0)
  set $_ = $nr == 219 && *(unsigned char *) ($pc - 7) == 0xb8 && ($nr = *(int *) ($pc - 6))
  set $_ = ($op = $nr == 202 ? $rsi & 0x7f : -1, $all = !($rsi & 0x80), $rw = $at & 4 ? $at - 12 : $at - 8)
  set $_ = ($nr == 7 && (int) $rdx < 0 || $nr == 271 && !$rdx) && $rsi == 1 && (($for = *(int *) ($at + 4) & 5) == 1 || $for == 4) && ($nr = $for / 4, $first = *(unsigned *) $at)
  printf "\nlook %d %ld 0x%x 0x%x", *(int *) ($fs_base + 0x2d0), $nr, $first, (unsigned) $rsi
  set $_ = ($op == 6 || $op == 13) && ($kind = 1, $owner = *(unsigned *) $at & 0x3fffffff)
  set $_ = !$kind && $op == 9 && !$value && !$r10 && $at - (unsigned long) $rsp + 4096 < 8192 && !*(int *) $at && ($kind = 2)
  set $_ = !$kind && !$op && $value > 0x80000000 && (*(int *) ($at + 16) & 0x10) && ($kind = 3, $owner = *(unsigned *) $at & 0x3fffffff)
  set $_ = !$kind && !$op && $value == 0x10100 && $all && ($kind = 4)
  set $_ = !$kind && (!$op || $op == 9) && $value == 2 && !(*(int *) ($at + 16) & ~0x3ff) && ($owner = *(int *) ($at + 8)) > 0 && $owner <= 0x400000 && *(int *) ($at + 12) > 0 && ($kind = 6)
  set $_ = !$kind && $op == 9 && ($value == 3 || $value == 2 && !($at & 4)) && !((*(int *) ($rw + 8) | *(int *) ($rw + 12) | *(int *) ($rw + 48)) & ~3) && *(unsigned *) ($rw + 28) < 2 && ($kind = 7)
  set $_ = $kind == 7 && ($kind = $value == 2 || $rw == $at - 12 ? 8 : 7, $at = $rw, $owner = *(int *) ($rw + 24), $readers = *(unsigned *) $rw >> 3, $shared = *(int *) ($rw + 28))
  set $_ = !$kind && $op == 9 && $all && $value > 2 && $value == *(int *) $at && *(long *) ($at - 0x2c0) == $at - 0x2d0 && ($kind = 5, $owner = $value, $at = $at - 0x2d0)
  set $_ = !$kind && !$op && $value == 2 && *(long *) ($at + 8) > 4096 && *(long *) (*(long *) ($at + 8) + 16) == *(long *) ($at + 8) && ($kind = 9, $owner = *(int *) (*(long *) ($at + 8) + 0x2d0))
  printf " %d 0x%lx %d %d %d %d", $kind, $at, $owner, $shared || ($kind == 1 || $kind == 3 || $kind == 6) && (*(int *) ($at + 16) & 0x80), $r10 != 0, $readers
end
GDB

# -- the same as words, a line for each thread: what it reads or writes, locks of files by the kernel's own table, the child whose end it awaits
keeper() { # PID DESCRIPTOR: the process that has the lock of a file, and its thread if it has but one
    # shellcheck disable=SC2012 # only the number of the file is wanted
    inode=$(ls -Ldi "/proc/$1/fd/$2" 2>/dev/null | sed 's/^ *\([0-9]*\).*/\1/')
    number=$(sed -n "s/^\([0-9]*\): -> .* $1 [0-9a-f:]*:$inode .*/\1/p" /proc/locks | head -n 1)
    keeper=$(sed -n "/->/d; s/^${number:-none}: *[A-Z]* *[A-Z]* *[A-Z]* *\([0-9]*\) .*/\1/p" /proc/locks | sort -u)
    case $keeper in '' | 0 | *[!0-9]*) return ;; *) set -- /proc/"$keeper"/task/* ;; esac
    if [ $# = 1 ]; then echo ", owner ${1##*/} of process $keeper"; else echo ", held by process $keeper"; fi
}
tell() { # PID THREAD NUMBER FIRST SECOND [KIND AT OWNER SHARED LIMIT READERS]
    name='' mode='' child='' home='' kind='' proof=owner-word words="is in a call: $3"
    { read -r name <"/proc/$1/task/$2/comm"; } 2>/dev/null
    case $3:$4:$5 in
    -1:* | running:*) words=runs ;; 73:* | 72:*:0x7 | 72:*:0x26) mode=lock ;;
    0:* | 19:* | 45:* | 47:* | 299:*) mode='read' ;; 1:* | 20:* | 44:* | 46:* | 307:*) mode='write' ;;
    61:0xf* | 247:0x0:* | 58:*) child=$(cat /proc/"$1"/task/*/children) && child=${child% } ;; # wait4(-1, …), waitid, vfork: if it is the only one
    61:*) child=$(($4)) ;; 247:0x1:*) child=$(($5)) ;;
    202:*) words="waits for futex${7:+ $7}, by its value" ;;
    esac
    case ${6:-0} in
    1) kind="mutex $7 (prio-inherit)" proof=kernel-word ;; 3) kind="mutex $7 (robust)" proof=kernel-word ;; 5) kind="thread $7" proof=kernel-word ;;
    2) kind='mutex (prio-inherit-deadlock)' proof=value ;; 4) kind="once $7 (guard)" proof=value ;;
    6) kind="mutex $7 (normal)" ;; 7) kind="rwlock $7 for read" ;; 8) kind="rwlock $7 for write" ;; 9) kind="stdio $7" ;;
    esac
    if [ -n "$kind" ]; then
        [ "${9}" = 0 ] || home=$(sed -n 's/^Tgid:[[:space:]]*//p' "/proc/$8/status" 2>/dev/null)
        if [ "$8" = 0 ] || [ -d "/proc/$1/task/$8" ]; then home=''; else home=" ${home:+of process }${home:-which is gone}"; fi
        kind=$kind$([ "${10}" = 0 ] || echo ' until a time')$([ "$8" = 0 ] || echo ", owner $8$home")$([ "${11}" = 0 ] || echo ", ${11} readers")
        words="waits for $kind, by its $proof"
    elif [ -n "$mode" ] && kind=$(readlink "/proc/$1/fd/$(($4))"); then
        case $kind in socket:* | pipe:*) kind=${kind%%:*} ;; anon_inode:*) kind='' ;; *) kind='file' ;; esac
        [ -z "$kind" ] || words="waits for $kind of descriptor $(($4)) for $mode$([ $mode != lock ] || keeper "$1" "$(($4))"), by its call"
    elif [ -n "$child" ] && grep -q "^PPid:[[:space:]]*$1\$" "/proc/$child/status" 2>/dev/null; then
        words="waits for a child, process $child"
    fi
    printf 'thread %s S "%s": %s\n' "$2" "${name%%[\"\\]*}" "$words"
}
tell_calls() { # PID: by /proc alone
    set -- "$1" /proc/"$1"/task/[0-9]*
    echo "stackan waits/1 of process $1: $(($# - 1)) threads at $(date -u +%Y-%m-%dT%H:%M:%SZ) in 0 s"
    for task in /proc/"$1"/task/[0-9]*; do
        { read -r number first second _ <"$task/syscall"; } 2>/dev/null && tell "$1" "${task##*/}" "$number" "$first" "$second"
    done
}
take_by_gdb() { # PID FOLDER: owners and stacks by one stop
    look=''
    if [ "$(uname -m)" = x86_64 ] && ! grep -q '^NSpid:.*[0-9][[:space:]]' "/proc/$1/status"; then # a container counts its threads anew
        look='thread apply all -q -s stackan_look'
    fi
    bounded "$2/raw" gdb -nx -batch -iex 'set auto-load off' -x "$locks" -ex "$look" -ex 'thread apply all bt' -p "$1"
    if grep -q '^look ' "$2/raw"; then
        heading=$(head -n 1 "$2/waits.txt")
        # shellcheck disable=SC2086 # numbers
        { echo "$heading" && sed -n 's/^look //p' "$2/raw" | while read -r line; do tell "$1" $line; done; } >"$2/waits.txt"
    fi
    sed '/^look /d' "$2/raw" >"$2/gdb.txt" && rm -f "$2/raw"
}

# -- the rounds: what /proc shows of all processes first, then the stacks, one process after the other
copy() { # FILE TARGET: as `tail -n +1` prints several files
    content=$({ tr '\0' ' ' <"$1"; } 2>/dev/null) && [ -n "$content" ] && printf '==> %s <==\n%s\n' "$1" "$content" >>"$2"
}
steps='' round=1
while [ "$round" -le "$rounds" ]; do
    begun=$(date +%s) wall=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    for pid in $pids; do
        lives "$pid" || { say "process $pid is gone" && partial=1 && continue; }
        place=$folder/$host/$pid/round-$round && { mkdir -p "$place" || fail "$place cannot be made"; }
        for task in /proc/"$pid"/task/[0-9]*; do
            for name in stat status schedstat comm wchan syscall stack; do copy "$task/$name" "$place/threads.txt"; done
        done
        # shellcheck disable=SC2012 # the form that `ls -l` prints is what is wanted
        {
            echo "/proc/$pid/fd:" && ls -l "/proc/$pid/fd" | sed -n '/\(socket\|pipe\):\[/p'
            cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6"
        } >"$place/descriptors.txt" 2>/dev/null
        tell_calls "$pid" >"$place/waits.txt"
        grep -q '^thread' "$place/waits.txt" || { say "process $pid: what its threads wait for may not be read; call it as root, or as its user" && partial=1; }
    done
    # The other ends: who else has a pipe open, and of sockets ss tells it, which alone knows the pairs of Unix sockets.
    # shellcheck disable=SC2012
    { ls -l /proc/[0-9]*/fd | sed -n '/^\/proc\|pipe:\[/p' && ss -xtnp; } >"$folder/$host/ends-$round.txt" 2>/dev/null
    for pid in $pids; do
        if [ -z "$tool" ] || ! lives "$pid"; then continue; fi
        place=$folder/$host/$pid/round-$round current=$pid before=$(states "$pid") trouble=null
        case $tool in
        gdb) take_by_gdb "$pid" "$place" ;;
        eu-stack) bounded "$place/eu-stack.txt" eu-stack -p "$pid" ;; pstack) bounded "$place/pstack.txt" pstack "$pid" ;;
        esac
        let_run "$pid" "$before" || trouble='"the process is still stopped"'
        current=''
        grep -q '^#0' "$place/$tool.txt" || {
            say "process $pid: $tool could not look at it: $(sed -n '/[Pp]trace\|attach\|denied/p' "$place/$tool.txt" | head -n 1)"
            partial=1 trouble='"it could not look at the process"'
        }
        file=$host/$pid/round-$round/$tool.txt
        steps="$steps{\"round\": $round, \"pid\": $pid, \"tool\": \"$tool\", \"file\": \"$file\", \"trouble\": $trouble},"
    done
    printf '{\n "schema": "stackan.capture/1", "version": "@VERSION@", "script": true, "host": "%s",\n "rounds": [{"number": %s, "wall_begin": "%s"}],\n "steps": [%s]\n}\n' \
        "$host" "$round" "$wall" "${steps%,}" >"$folder/manifest-$round.json"
    say "round $round of $rounds: done at $(date -u +%H:%M:%S)"
    round=$((round + 1)) rest=$((begun + interval - $(date +%s)))
    if [ "$round" -le "$rounds" ]; then sleep $((rest > 0 ? rest : 1)); fi # whom a tool has stopped waits again by then
done
if rm -f "$locks" && tar -czf "$folder.tar.gz" "$folder" 2>/dev/null; then
    rm -rf "$folder" && say "$folder.tar.gz: give it to stackan analyze"
else say "$folder could not be packed; give the folder as it is"; fi
exit "$partial"
