"""The languages that stackan speaks, by their codes."""

ENGLISH, CHINESE = "en", "zh_CN"
LANGUAGES = (ENGLISH, CHINESE)
NAMED = {"en": ENGLISH, "zh_CN": CHINESE, "zh": CHINESE, "zh-CN": CHINESE}  # as people name them
TRANSLATED = LANGUAGES[1:]  # those that have a catalog, and keys of their own in profiles: English is in the sources
