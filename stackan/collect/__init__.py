"""Snapshots of live processes, and what no dump shows of them, without hurting them.

It stands outside of the way of the data: it writes an archive that `analyze` reads as any other.
"""
