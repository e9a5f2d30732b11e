"""The command line: its commands, and the door through which every call comes.

Light on purpose: the `stackan` script imports this, and only what `main` imports then is behind the net.
"""

try:
    from stackan.cli.door import main
    from stackan.model.said import said
except KeyboardInterrupt:
    raise SystemExit(130) from None

__all__ = ["COMMANDS", "main"]

# name → (module, one line of help); a sub-command's module is imported when it is chosen.
COMMANDS = {
    "analyze": ("stackan.cli.analyze", said("Read dumps, folders and archives; print the verdict.")),
    "compare": ("stackan.cli.analyze", said("The same for snapshots given in order, whatever their names say.")),
    "parse": ("stackan.cli.parse", said("One dump as JSON, newline-delimited JSON, folded stacks, or a summary.")),
    "profiles": ("stackan.cli.profiles", said("List, show and check profiles: what stackan knows of a server's threads.")),
}
