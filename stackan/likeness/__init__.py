"""Which cases of a store look like another one: the stacks of their threads that do not idle, whatever format or build they come from."""
