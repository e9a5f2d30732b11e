"""The pstack of Solaris and the procstack of AIX."""
