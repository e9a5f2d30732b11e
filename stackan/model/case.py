"""The input of a caller: the dumps of one case, before anything is concluded."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING

from stackan.model.brief import amount, in_short
from stackan.model.dump import Dump

if TYPE_CHECKING:
    from stackan.model.counters import Table
    from stackan.model.link import Descriptors
    from stackan.model.listing import Listing
    from stackan.model.log import Log
    from stackan.model.process_list import ProcessList


class Case:
    """Dumps of one or more processes, and what lies beside them, in the order in which it was read."""

    def __init__(
        self,
        dumps: list[Dump],
        warnings: list[str] | None = None,
        given_order: bool = False,
        logs: list[Log] | None = None,
        tables: list[Table] | None = None,
        descriptors: list[Descriptors] | None = None,
        listings: list[Listing] | None = None,
        process_lists: list[ProcessList] | None = None,
        failed: list[str] | None = None,
    ) -> None:
        self.dumps = dumps
        self.warnings = warnings or []  # inputs that were skipped, and why
        self.given_order = given_order  # the order of the dumps is that of time, whatever their names say
        self.logs = logs or []  # of servers, that say which thread waits for which
        self.tables = tables or []  # of what each thread has used: `top -H`, `ps -L`, copies of /proc
        self.descriptors = descriptors or []  # the processes that have the ends of connections and pipes open
        self.listings = listings or []  # of a database's own views: its sessions, transactions that wait, jobs
        self.process_lists = process_lists or []  # of the processes of a host: `ps -ef`
        self.failed = failed or []  # names of texts that say why the stacks of a process are not in them

    def __repr__(self) -> str:
        beside: dict[str, Sized] = {"log": self.logs, "table": [*self.tables, *self.descriptors, *self.listings], "warning": self.warnings}
        parts = [amount(len(each), name) for name, each in beside.items() if each]
        return in_short("Case", ", ".join([f"of {amount(len(self.dumps), 'dump')}", *parts]))
