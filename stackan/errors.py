"""The errors that stackan raises: one sentence that says what went wrong, where, and what to do."""


class StackanError(Exception):
    """Base of every error that the library raises on purpose; its text is fit for a user."""


class UsageError(StackanError):
    """The call itself cannot be carried out (an unknown option value, a profile that is not there)."""


class InputError(StackanError):
    """An input cannot be read, or nothing in it is a dump that stackan knows.

    notes: what else went wrong with the inputs, a sentence each.
    """

    def __init__(self, *args: object, notes: tuple[str, ...] = ()) -> None:
        super().__init__(*args)
        self.notes = notes


class LimitError(InputError):
    """An input is larger than a named limit allows; the text names the limit and how to raise it."""


class ProfileError(StackanError):
    """A profile (rules as data) does not follow its grammar; the text names the file and the rule."""
