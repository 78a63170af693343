"""Every error that a user may meet, in one tree.

The message of an `OrgAskError` is one sentence in Chinese for the person at the screen: what is wrong and
what to do. Errors of libraries are turned into one of these where they are met, with the cause kept.
"""


class OrgAskError(Exception):
    """Base of all expected failures. `exit_status` is what a command line ends with."""

    exit_status = 1


class UsageError(OrgAskError):
    """A command or a function was asked for something that it cannot do."""

    exit_status = 2


class SettingsError(UsageError):
    """A setting has a value that does not work, or a name that does not exist."""


class PortInUseError(UsageError):
    """Another program already listens on the port of the web app."""


class AccessError(OrgAskError):
    """Somebody asks who was not let in, or for what is not theirs; the message does not tell whether it exists."""


class ReadError(OrgAskError):
    """One input could not be read; the report names it and the others go on. `cause` is the reason in one word."""

    cause = "unreadable"


class EmptyFileError(ReadError):
    """The file holds no text."""

    cause = "empty"


class BinaryFileError(ReadError):
    """The file is not text, whatever its name says."""

    cause = "not_text"


class FileTooLargeError(ReadError):
    """The file is larger than a limit set for one file: in bytes, pages, or what it unpacks to."""

    cause = "too_large"


class UnsupportedFormatError(ReadError):
    """No reader takes this format, or the program that would read it is not installed."""

    cause = "unsupported"


class DamagedFileError(ReadError):
    """The file is of a known format but breaks its rules, or is locked by a password."""

    cause = "damaged"


class UnsafeFileError(ReadError):
    """The file tries what no honest one does: a path out of its archive, an entity bomb."""

    cause = "unsafe"


class FileTimeoutError(ReadError):
    """Reading took more time or memory than one file may take."""

    cause = "timeout"


class StoreError(OrgAskError):
    """The data folder cannot be used."""


class StoreBusyError(StoreError):
    """Another process holds the data folder."""

    exit_status = 2


class StoreFullError(StoreError):
    """There is no room left to write to."""


class StoreUnreachableError(StoreError):
    """The server of the vector index does not answer as it should; what it holds is not known to be damaged."""


class StoreMismatchError(StoreError):
    """The data folder was made with another embedding model or an incompatible version."""

    exit_status = 2


class EmptyLibraryError(StoreError):
    """Nothing has been indexed yet."""


class NotIndexedError(StoreError):
    """An indexing refused to begin; the library is as it was before."""


class NotReadyError(OrgAskError):
    """The assistant cannot answer yet, or not now; nothing is wrong with the question."""


class NotFoundError(AccessError):
    """What was asked for does not exist or may not be seen: the message is the same for both."""


class TooLargeError(UsageError):
    """A request brings more than is taken at once."""


class TooManyError(OrgAskError):
    """Somebody asks for more at the same time than is done for one user."""


class EncoderError(OrgAskError):
    """The embedding model cannot be made or loaded."""


class ChatModelError(OrgAskError):
    """The attached language model did not give a usable answer."""


class CorrectionError(OrgAskError):
    """A correction cannot be kept; the side file is as it was before."""

    exit_status = 2
