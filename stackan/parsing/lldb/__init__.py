"""lldb's sessions."""
