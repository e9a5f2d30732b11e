"""The thread dumps of Java's virtual machines."""
