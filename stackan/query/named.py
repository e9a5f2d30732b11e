"""Questions that have names, with the SQL that anyone may take from there on."""

from __future__ import annotations

from stackan.model.records import NamedTuple
from stackan.model.said import said


class Question(NamedTuple):
    about: str
    sql: str


NAMED = {
    "verdicts": Question(
        said("how many cases have which verdict"),
        """select verdict, count(*) as cases, sum(stuck) as stuck_threads
from newest where error is null group by all order by cases desc, verdict""",
    ),
    "verdicts-by-month": Question(
        said("the same for each month in which dumps were taken, as far as they say when"),
        """select coalesce(taken_at[:7], 'unknown') as month, verdict, count(*) as cases
from newest where error is null group by all order by month, cases desc, verdict""",
    ),
    "top-stuck": Question(
        said("the stacks in which threads stand in most cases"),
        """select signature, count(distinct case_id) as cases, sum("count") as threads, any_value(waits_for) as waits_for,
       any_value(array_to_string(names[:3], ' < ')) as innermost
from signatures semi join newest using (case_id)
where progress = 'stuck' group by signature order by cases desc, threads desc, signature limit 25""",
    ),
    "seen-again": Question(
        said("hangs that came more than once: cases whose stuck threads stand in the same places"),
        """select signature, count(*) as cases, min(taken_at) as first, max(taken_at) as last, any_value(headline) as headline
from newest where signature is not null group by signature having count(*) > 1 order by cases desc, signature limit 25""",
    ),
    "findings": Question(
        said("how many cases have which findings"),
        """select kind, severity, confidence, count(distinct case_id) as cases, sum(threads) as threads
from findings semi join newest using (case_id) group by all order by cases desc, kind, severity, confidence""",
    ),
    "exhausted-pools": Question(
        said("pools that were used up, and in how many cases"),
        """select name, count(distinct case_id) as cases, max(size) as largest
from pools semi join newest using (case_id) where exhausted group by name order by cases desc, name""",
    ),
    "failures": Question(
        said("cases that could not be analyzed, and why"),
        """select failure, "case", error from newest where error is not null order by failure, "case\"""",
    ),
    "slowest": Question(
        said("the cases that took longest"),
        """select "case", seconds, bytes, threads, verdict from newest order by seconds desc, "case" limit 25""",
    ),
    "formats": Question(
        said("the formats of the dumps"),
        """select format, count(*) as snapshots, count(distinct case_id) as cases, sum(unparsed_lines) as unparsed_lines
from snapshots semi join newest using (case_id) group by format order by cases desc, format""",
    ),
}
