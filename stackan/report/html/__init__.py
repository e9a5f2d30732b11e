"""Analysis → one self-contained page: everything is readable as it is, and a program in it adds views that need one."""
