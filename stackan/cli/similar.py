"""`stackan similar`: cases of a store like this one, or the clusters of all that hang."""

from __future__ import annotations

import argparse

from stackan.cli.common import add_format, add_output, note_slow_scanner, size
from stackan.cli.endings import settle_format
from stackan.cli.language import in_language
from stackan.cli.progress import watched
from stackan.cli.reporting import page_for
from stackan.cli.streams import output
from stackan.cli.values import whole
from stackan.errors import UsageError
from stackan.model.said import said, said_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackan.cli.printing import SafeText
    from stackan.likeness.clusters import Cluster
    from stackan.model.recalled import Recalled
    from stackan.store.place import Place

_SHOWN = 3  # further cases of a cluster


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    parser.add_argument("inputs", nargs="*", metavar="INPUT", help=said("the files of one case: dumps, folders or archives"))
    parser.add_argument("--store", required=True, metavar="DIR", help=said("the folder, or URL, of a result store"))
    parser.add_argument("--clusters", action="store_true", help=said("show the store's hangs, those that look alike together, instead"))
    parser.add_argument("--most", type=whole, default=10, metavar="N", help=said("how many cases or clusters are shown (default 10)"))
    parser.add_argument("--max-bytes", type=size, metavar="N", help=said("how large one decompressed input may be (default 4G)"))
    add_format(parser, ("text", "json"), said("how to write the result (default: by the ending of -o, else text)"))
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from stackan.store.datasets import store_of

    if bool(options.inputs) == options.clusters:
        if options.clusters:
            raise UsageError(said("both the files of a case and --clusters: give one of the two"))
        raise UsageError(said("nothing to compare: give the files of a case, or --clusters"))
    settle_format(options)
    place = store_of(options.store)
    if options.clusters:
        from stackan.likeness.clusters import find_clusters

        clusters = find_clusters(place)[: options.most]
        with output(options.output) as stream:
            _write_clusters(clusters, options, stream)
        return 0
    note_slow_scanner(options)
    recalled = _recall(place, options)
    with output(options.output, options.inputs) as stream:
        if options.format == "json":
            _write_json(recalled.to_dict(), stream)
        else:
            write_recalled(recalled, stream, options.language, options.most)
    return 0


def _recall(place: Place, options: argparse.Namespace) -> Recalled:
    from stackan.batch.content import digest
    from stackan.likeness.recalling import recall
    from stackan.pipeline import analyze, load
    from stackan.reading import Limits

    limits = Limits.up_to(options.max_bytes) if options.max_bytes else Limits()
    with watched(options.inputs, options.quiet, options.language) as watch:
        analysis = analyze(load(*options.inputs, limits=limits, watch=watch), watch=watch)
    own = digest(options.inputs) if "-" not in options.inputs else ""
    return recall(place, analysis, options.most, own)


def write_recalled(recalled: Recalled, stream: SafeText, language: str, most: int) -> None:
    """Whether the hang was seen before, and the cases like it."""
    from stackan.report.recalled import sentences

    page = page_for(stream, language)
    for indent, sentence in sentences(recalled, most):
        stream.writelines(line + "\n" for line in page.indented(sentence, 2 * indent, 2 * indent + 2))


def _write_clusters(clusters: list[Cluster], options: argparse.Namespace, stream: SafeText) -> None:
    if options.format == "json":
        _write_json({"clusters": [_in_json(cluster) for cluster in clusters]}, stream)
        return
    for cluster in clusters:
        first = cluster.representative
        stream.write(in_language(_tell(cluster), options.language) + "\n")
        if first.headline:
            stream.write(f"  {in_language(first.headline, options.language)}\n")
        for case in [each for each in cluster.cases if each != first.case][:_SHOWN]:
            stream.write(f"  {case}\n")


def _tell(cluster: Cluster) -> str:
    cases = said_of(len(cluster.cases), "{count} case", "{count} cases")
    return said("{cases} like {case}", cases=cases, case=cluster.representative.case)


def _in_json(cluster: Cluster) -> dict[str, object]:
    first = cluster.representative
    return {
        "representative": first.case,
        "verdict": first.verdict,
        "headline": first.headline,
        "hangs": cluster.hangs,
        "first": cluster.first,
        "last": cluster.last,
        "cases": cluster.cases,
    }


def _write_json(document: dict[str, object], stream: SafeText) -> None:
    from stackan.report.json_lines import layout

    for piece in layout(document, opened=2):
        stream.write(piece)
    stream.write("\n")
