#!/bin/sh
# stackan capture.sh @VERSION@: snapshots of hung processes, for `stackan analyze`.  POSIX sh (dash, bash, busybox ash); root only where a
# process belongs to somebody else.  It reads /proc, runs one of gdb, eu-stack and pstack on one process after the other, and writes into one
# new folder, which it packs at the end.  It sends and fetches nothing, changes no setting, and stores neither environments nor command
# lines; but gdb prints the arguments of functions, as far as the server has symbols, and the names of threads are stored.
#
#   sh capture.sh -m 'mode datanode' -m 'mode controller'      two rounds, 180 s apart
#   sh capture.sh -p 4242 -r 3 -i 10 -o case
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
set -u
umask 077
export LC_ALL=C
unset DEBUGINFOD_URLS # gdb and eu-stack would fetch symbols from there

say() { printf 'capture: %s\n' "$*" >&2; }
fail() { say "$*" && exit 2; }

pids='' rounds=2 interval=180 limit=60 folder='' no_tool='' match=''
while getopts 'p:m:r:i:o:t:nh' option; do
    case $option in
    p) pids="$pids $OPTARG" ;;
    m) match="$match$OPTARG
" ;;
    r) rounds=$OPTARG ;;
    i) interval=$OPTARG ;;
    o) folder=${OPTARG%.tar.gz} ;;
    t) limit=$OPTARG ;;
    n) no_tool=1 ;;
    *) say "usage: sh capture.sh -p PID | -m TEXT … [-r ROUNDS] [-i SECONDS] [-o NAME] [-t SECONDS] [-n]" && case $option in h) exit 0 ;; *) exit 2 ;; esac ;;
    esac
done && shift $((OPTIND - 1)) && [ $# -gt 0 ] && fail "$1 belongs to no option; processes are named by -p and -m"
for number in $pids "$rounds" "$interval" "$limit"; do
    case $number in *[!0-9]* | '') fail "$number is no number" ;; esac
done
[ -d /proc/self/task ] || fail "there is no /proc here; this script is for Linux"
host=$(uname -n) started=$(date -u +%Y-%m-%dT%H%M%S)
folder=${folder:-stackan-$host-$started}
if [ -e "$folder" ] || [ -e "$folder.tar.gz" ]; then fail "$folder is there already, and nothing is overwritten; give another name to -o"; fi

# -- which processes: never this script, nor the shells that it was called from, nor a grep for the same words

family=" $$ " up=$$
while up=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$up/status" 2>/dev/null) && [ -n "$up" ] && [ "$up" -gt 0 ]; do
    family="$family$up "
done
matches() { # the command line of a process has one of the texts
    line=$(tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null) || return 1
    while IFS= read -r text; do
        [ -z "$text" ] || case $line in *"$text"*) return 0 ;; esac
    done <<TEXTS
$match
TEXTS
    return 1
}
if [ -n "$match" ]; then
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        case $family in *" $pid "*) continue ;; esac
        case $(cat "$entry/comm" 2>/dev/null) in grep | egrep | fgrep | pgrep | awk | sed | ps | capture.sh | '') continue ;; esac
        if matches "$pid"; then pids="$pids $pid"; fi
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
    for name in pstack eu-stack gdb; do
        if command -v "$name" >/dev/null 2>&1; then tool=$name; fi
    done
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
    say "process $1 is still stopped: kill -CONT $1"
    partial=1
    return 1
}
end_tool() { kill -KILL "${session:+-}$running" 2>/dev/null && killed=T; }
# shellcheck disable=SC2317 # the trap calls it
stop() {
    [ -z "$running" ] || end_tool
    [ -z "$current" ] || let_run "$current" "$before"
    exit 2
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
            say "process $current: $1 was ended after $limit s"
            partial=1
            break
        fi
        waited=$((waited + 1))
        sleep 0.2 2>/dev/null || { sleep 1 && waited=$((waited + 4)); }
    done
    wait "$running" 2>/dev/null
    running=''
}

# -- who waits for which lock, and who owns it, for gdb without symbols and without its Python: the futex is an argument of the system call
#    (orig_rax 202), the owner a word of the lock (glibc 2.25 to 2.40, x86-64); the thread's own id lies at fs_base + 0x2d0

locks=$folder/locks.gdb
cat >"$locks" <<'GDB'
set pagination off
set width 0
set print thread-events off
define stackan_wait
  set $tid = *(int *) ($fs_base + 0x2d0)
  set $cmd = $rsi & 0x7f
  set $val = (int) $rdx
  if $orig_rax != 202
    printf "thread %d S \"\": is in a call: %ld\n", $tid, $orig_rax
  else
    if $cmd == 6 || $cmd == 13
      printf "thread %d S \"\": waits for mutex 0x%lx (prio-inherit), owner %d, by its kernel-word\n", $tid, $rdi, (*(unsigned *) $rdi) & 0x3fffffff
    else
      if $val == 2 && $cmd == 0 && (*(int *) ($rdi + 16) & ~0x3ff) == 0 && *(int *) ($rdi + 8) > 0 && *(int *) ($rdi + 12) > 0
        printf "thread %d S \"\": waits for mutex 0x%lx (normal), owner %d, by its owner-word\n", $tid, $rdi, *(int *) ($rdi + 8)
      else
        if $cmd == 0 && (unsigned) $rdx > 0x80000000 && (*(int *) ($rdi + 16) & 0x10)
          printf "thread %d S \"\": waits for mutex 0x%lx (robust), owner %d, by its kernel-word\n", $tid, $rdi, (*(unsigned *) $rdi) & 0x3fffffff
        else
          if ($cmd == 0 || $cmd == 9) && $val > 2 && $val == *(int *) $rdi && *(long *) ($rdi - 0x2d0 + 0x10) == $rdi - 0x2d0
            printf "thread %d S \"\": waits for thread 0x%lx, owner %d, by its kernel-word\n", $tid, $rdi - 0x2d0, $val
          else
            printf "thread %d S \"\": waits for futex 0x%lx, by its value\n", $tid, $rdi
          end
        end
      end
    end
  end
end
GDB

take_by_gdb() { # PID FOLDER: owners and stacks by one stop
    at=$(date -u +%Y-%m-%dT%H:%M:%SZ) count=$(find /proc/"$1"/task/ -mindepth 1 -maxdepth 1 | wc -l) owners=''
    if [ "$(uname -m)" = x86_64 ] && ! grep -q '^NSpid:.*[0-9][[:space:]]' "/proc/$1/status"; then # a container counts its threads anew
        owners='thread apply all -s stackan_wait'
    fi
    bounded "$2/raw" gdb -nx -batch -iex 'set auto-load off' -x "$locks" -ex "$owners" -ex 'thread apply all bt' -p "$1"
    if [ -n "$owners" ]; then
        printf 'stackan waits/1 of process %s: %s threads at %s in 0 s\n' "$1" "$((count))" "$at" >"$2/waits.txt"
        sed -n '/^thread [0-9]* S /p' "$2/raw" >>"$2/waits.txt"
    fi
    sed '/^thread [0-9]* S /d' "$2/raw" >"$2/gdb.txt" && rm -f "$2/raw"
}

# -- the rounds: what /proc shows of all processes first, then the stacks, one process after the other

copy() { # FILE TARGET: as `tail -n +1` prints several files
    content=$(tr '\0' ' ' <"$1" 2>/dev/null) && [ -n "$content" ] && printf '==> %s <==\n%s\n' "$1" "$content" >>"$2"
}
steps='' round=1
while [ "$round" -le "$rounds" ]; do
    begun=$(date +%s) wall=$(date -u +%Y-%m-%dT%H:%M:%SZ)
    for pid in $pids; do
        lives "$pid" || { say "process $pid is gone" && partial=1 && continue; }
        place=$folder/$host/$pid/round-$round
        mkdir -p "$place" || fail "$place cannot be made"
        for task in /proc/"$pid"/task/[0-9]*; do
            for name in stat status schedstat comm wchan syscall stack; do copy "$task/$name" "$place/threads.txt"; done
        done
        {
            echo "/proc/$pid/fd:"
            # shellcheck disable=SC2012 # the form that `ls -l` prints is what is wanted
            ls -l "/proc/$pid/fd" 2>/dev/null | sed -n '/\(socket\|pipe\):\[/p'
            cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2>/dev/null
        } >"$place/descriptors.txt"
    done
    for pid in $pids; do
        if [ -z "$tool" ] || ! lives "$pid"; then continue; fi
        place=$folder/$host/$pid/round-$round current=$pid before=$(states "$pid") trouble=null
        case $tool in
        gdb) take_by_gdb "$pid" "$place" ;;
        eu-stack) bounded "$place/eu-stack.txt" eu-stack -p "$pid" ;;
        pstack) bounded "$place/pstack.txt" pstack "$pid" ;;
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
    if [ "$round" -lt "$rounds" ]; then
        rest=$((begun + interval - $(date +%s)))
        [ "$rest" -le 0 ] || sleep "$rest"
    fi
    round=$((round + 1))
done
rm -f "$locks"
if tar -czf "$folder.tar.gz" "$folder" 2>/dev/null; then
    rm -rf "$folder"
    say "$folder.tar.gz: give it to stackan analyze"
else
    say "$folder could not be packed; give the folder as it is"
fi
exit "$partial"
