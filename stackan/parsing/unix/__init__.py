"""The pstack of Solaris and of ptools, and the procstack of AIX."""
