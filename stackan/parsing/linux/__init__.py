"""Stacks of threads inside of the Linux kernel: its reports of hung tasks, its lists of tasks, copies of /proc/PID/task/TID/stack."""
