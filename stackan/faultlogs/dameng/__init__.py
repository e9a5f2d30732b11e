"""The logs of Dameng's servers: DMSERVER, DMCSS, DMCSSM, DMASM."""

from stackan.faultlogs.dameng.reader import Reader, recognize

__all__ = ["Reader", "recognize"]
