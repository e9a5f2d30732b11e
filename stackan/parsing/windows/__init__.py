"""WinDbg's sessions, and Visual Studio's Call Stack window."""
