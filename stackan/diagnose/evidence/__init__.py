"""The evidence for findings: holders of locks, possible holders, processes at the other end, and the lines that show them."""
