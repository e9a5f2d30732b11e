"""The languages that stackan speaks, by their codes."""

ENGLISH, CHINESE = "en", "zh_CN"
LANGUAGES = (ENGLISH, CHINESE)
TRANSLATED = LANGUAGES[1:]  # those that have a catalog, and keys of their own in profiles: English is in the sources
