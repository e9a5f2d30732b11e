"""Goroutine dumps."""
