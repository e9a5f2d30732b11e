"""The command line, and the door through which every call comes.

Light on purpose: the `stackan` script imports this, and only what `main` imports then is behind the net.
"""

try:
    from stackan.cli.door import main
except KeyboardInterrupt:
    raise SystemExit(130) from None

__all__ = ["main"]
