"""The call trees of macOS's sample and spindump."""
