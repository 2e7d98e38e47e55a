"""How materials say no."""

from __future__ import annotations

from config.floor.refusal import Missing, Refusal


class FileMissing(Missing):
    """No such file, or not the caller's."""


class FileTypeRefused(Refusal):
    """The content is not one of the kinds we take, whatever its name says."""

    code = "file-type-refused"
    kind = "media"


class FileDamaged(Refusal):
    """It begins like a kind we take, but is cut off or carries something behind its end."""

    code = "file-damaged"
    kind = "invalid"


class FileUnsafe(Refusal):
    """It carries active content or a known test virus."""

    code = "file-unsafe"
    kind = "invalid"


class FileEmpty(Refusal):
    """Nothing in it."""

    code = "file-empty"
    kind = "invalid"


class FileTooLarge(Refusal):
    """More bytes than we take."""

    code = "file-too-large"
    kind = "too-large"


class PictureTooLarge(Refusal):
    """More pixels than we take."""

    code = "picture-too-large"
    kind = "too-large"


class TooManyFiles(Refusal):
    """Too many uploads wait for a submission."""

    code = "too-many-files"
    kind = "limited"


class UploadTimeout(Refusal):
    """The upload took longer than it may."""

    code = "upload-timeout"
    kind = "malformed"


class FileExpected(Refusal):
    """The request carries no field ``file``."""

    code = "file-expected"
    kind = "malformed"


class FileNotUsable(Refusal):
    """A file is not the caller's, was used already, or was swept away."""

    code = "file-not-usable"
    kind = "invalid"
