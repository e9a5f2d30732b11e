"""What `stackan collect` writes of a live process."""
