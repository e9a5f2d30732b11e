"""What findings rest on: who holds what, who may, who is at the other end, and the lines that show it."""
