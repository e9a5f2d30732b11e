"""Copies of registers and stacks → frames with their names, from the files that a process has loaded, without the process."""
