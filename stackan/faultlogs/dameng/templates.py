"""The lines of Dameng's logs that are events.

The guide is that for DMDSC, whose chapter 7.2 on logs of faults shows no times; the frequent questions and the manuals are Dameng's own,
with lines pasted from real logs.  The tag `[!!!DSC INFO!!!]` may lack its first bracket,
as it does in 7.2.1, and is taken for granted where the rest of a line is unmistakable, as older versions do not print it.
"""

from __future__ import annotations

import re

from stackan.faultlogs.template import Template

_GUIDE = "DMDSC's guide, 7.2"
_FAQ = "Dameng's frequent questions"
_MANUAL = "DMDSC's manual"

# Before the text proper: who says it (`[CSS1]`), the tag, and whose processes it is about (`[DB]`), as far as they are printed.
TAG = r"(?:\[(?P<by>\w{1,64})\])?:? ?(?:\[?!!!DSC INFO!!!\])? ?(?:\[(?P<group>CSS|ASM|DB)\])?:? ?"
_NODE = r"\[?(?P<name>[^\[\]\s,:]{1,128})\]?:?\[(?P<site>\d{1,4})\]"
_IP = r"\S{1,64}"


GROUPS = ("CSS", "ASM", "DB")


def group_of(found: re.Match[str]) -> str:
    """Whose processes a line is about: `[DB]` may stand before the tag, or behind it, or alone."""
    return found["group"] or (found["by"] if found["by"] in GROUPS else "")


def _fits(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


FAULTS = (
    Template(
        "means-instance-dead",
        "instance-fault",
        _fits(rf"{TAG}dead instance detected, detect ep {_NODE} broken"),
        "[!!!DSC INFO!!!][CSS]: dead instance detected, detect ep CSS0[0] broken.",
        f"{_GUIDE}.1",
        ("dead instance detected",),
    ),
    Template(
        "means-group-dead",
        "group-fault",
        _fits(rf"{TAG}All process(?:e|o)rs on EP\[(?P<site>\d{{1,4}})\] have detected disk heartbeat issues"),
        "[!!!DSC INFO!!!]All processers on EP[1] have detected disk heartbeat issues.",
        f"{_GUIDE}.2",
        ("disk heartbeat issues",),
    ),
    Template(
        "means-voting-disk-lost",
        "storage-fault",
        _fits(rf"{TAG}Unable to access VOTING DISK"),
        "[CSS0][!!!DSC INFO!!!]Unable to access VOTING DISK! disk may be not mounted, suggest to check shared storage.",
        f"{_GUIDE}.3",
        ("access VOTING DISK",),
    ),
    Template(
        "means-link-lost",
        "network-fault",
        _fits(rf"{TAG}Network connect to IP address (?P<peer>{_IP}) has been disconnected"),
        "[!!!DSC INFO!!!]Network connect to IP address 0.0.0.0 has been disconnected.",
        f"{_GUIDE}.4",
        ("Network connect to IP address",),
    ),
    Template(
        "means-interface-down",
        "network-fault",
        _fits(rf"{TAG}Network interface with IP address (?P<ip>{_IP}) no longer running"),
        "[!!!DSC INFO!!!]Network interface with IP address 0.0.0.0 no longer running.",
        f"{_GUIDE}.4",
        ("Network interface with IP address",),
    ),
    Template(
        "means-subnet-lost",
        "network-fault",
        _fits(rf"{TAG}The \[(?P<subnet>\d{{1,4}})\]th subnet of network connectivity of {_NODE} ERROR"),
        "The [1]th subnet of network connectivity of [DSC1]:[1] ERROR",
        f"{_GUIDE}.4",
        ("subnet of network connectivity",),
    ),
    Template(
        "means-all-inactive",
        "site-fault",
        _fits(rf"{TAG}CSSM detected all EP inactive"),
        "[!!!DSC INFO!!!]CSSM detected all EP inactive, the entire cluster may be faulty or the entire cluster has already exited",
        f"{_GUIDE}.5",
        ("CSSM detected all EP inactive",),
    ),
)

HALTS = (
    Template(
        "means-shutdown-abort",
        "halt",
        _fits(rf"{TAG}\[for dem\]\s*SYSTEM SHUTDOWN ABORT"),
        "[for dem]SYSTEM SHUTDOWN ABORT.",
        f"{_GUIDE}.1; {_FAQ}",
        ("SYSTEM SHUTDOWN ABORT",),
        anywhere=True,
    ),
    Template(
        "means-halt-now",
        "halt",
        _fits(rf"{TAG}(?:code ?= ?(?P<code>-?\d{{1,9}})[.,]? ?)?dm_sys_? ?halt now"),
        "code = -109, dm_sys_halt now!!!",
        _FAQ,
        ("dm_sys_halt now", "dm_sys halt now", "dm_sys_ halt now"),
        anywhere=True,
    ),
    Template(
        "means-told-to-halt",
        "halt",
        _fits(rf"{TAG}VTD_CMD_SYS_HALT\b"),
        "VTD_CMD_SYS_HALT",
        f"{_MANUAL}, how an instance is started and stopped",
        ("VTD_CMD_SYS_HALT",),
    ),
    Template(
        "means-heartbeat-halt",
        "halt",
        _fits(rf"{TAG}(?:hpc_heart_beat_dsk_thread halt\b|(?:\w{{1,64}} halt, )?(?:sys_status: [\w ]{{1,32}}, )?vtd_status: SYSHALT)"),
        "hpc_heart_beat_dsk_thread halt, sys_status: AFTER REDO, vtd_status: SYSHALT",
        _FAQ,
        ("hpc_heart_beat_dsk_thread halt", "vtd_status: SYSHALT"),
    ),
)

TROUBLES = (
    Template(
        "means-io-timeout",
        "io-timeout",
        _fits(rf"{TAG}check page io timeout"),
        "check page io timeout overtime 3 times of io TIMEOUT.please check the disk",
        _FAQ,
        ("check page io timeout",),
        anywhere=True,
    ),
    Template(
        "means-disk-full",
        "disk-full",
        _fits(rf"{TAG}(?:\w{{1,64}} error! )?err no: 28\b"),
        "pwrite error! err no: 28, ret: -1, fd: 47, offset: 28893184, buf: 0x89ad1306, count: 1045081",
        f"{_FAQ}; 28 is ENOSPC",
        ("err no: 28",),
        anywhere=True,
    ),
    Template(
        "means-no-free-page",
        "disk-full",
        _fits(rf"{TAG}(?:Fatal error: )?desc is full while try alloc new page"),
        "Fatal error: desc is full while try alloc new page",
        _FAQ,
        ("desc is full while",),
        anywhere=True,
    ),
    Template(
        "means-session-limit",
        "session-limit",
        _fits(rf"{TAG}Reached the max session limit"),
        "Reached the max session limit",
        _FAQ,
        ("Reached the max session",),
        anywhere=True,
    ),
)

STATES = (
    Template(
        "means-server-starts",
        "starting",
        _fits(rf"{TAG}version info: \w"),
        "version info: develop",
        _FAQ,
        ("version info: ",),
    ),
    Template(
        "means-server-ready",
        "ready",
        _fits(rf"{TAG}(?:CSS MONITOR )?(?:SYSTEM|DMCSS|DMASMSVRM?|the ASM server) (?:IS READY|is Ready)\b"),
        "SYSTEM IS READY.",
        _FAQ,
        ("SYSTEM IS READY", "DMCSS IS READY", "DMASMSVR IS READY", "DMASMSVRM IS READY", "server is Ready"),
    ),
    Template(
        "means-server-stopped",
        "stopped",
        _fits(rf"{TAG}(?:\w{{1,32}} )?(?:SYSTEM SHUTDOWN SUCCESS|shutdown successfully)"),
        "SYSTEM SHUTDOWN SUCCESS.",
        _MANUAL,
        ("SYSTEM SHUTDOWN SUCCESS", "shutdown successfully"),
    ),
)

# Phase 3 of handling, and the same work when a single server opens; in the latter's log this is no event.
ROLLBACK = Template(
    "means-transactions-rolled-back",
    "handling-phase",
    _fits(rf"{TAG}total (?P<count>\d{{1,12}}) active crash trx"),
    "total 0 active crash trx, pseg_crash_trx_rollbacksys_only(0) begin ...",
    _FAQ,
    (" active crash trx",),
    phase="rollback",
)

TEMPLATES = (*FAULTS, *HALTS, *TROUBLES, *STATES, ROLLBACK)
