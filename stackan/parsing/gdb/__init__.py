"""gdb's, pstack's and eu-stack's texts: the scanner reads their threads, and these files what stands around and within them."""
