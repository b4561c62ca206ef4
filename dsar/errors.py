"""Every error the product raises on purpose."""


class DsarError(Exception):
    """Something the caller can be told about, in one line.  `status` is the HTTP answer."""

    status = 500


class BadInput(DsarError):
    """What was given cannot be used; the message says what to give instead."""

    status = 422


class NotFound(DsarError):
    """There is no such thing."""

    status = 404


class NotAllowed(DsarError):
    """The state of the thing forbids the act, whoever asks."""

    status = 409


class Forbidden(DsarError):
    """This person may not do that."""

    status = 403


class WrongMove(NotAllowed):
    """A request was asked to go from one status to another it cannot reach."""

    def __init__(self, reference: str, now: str, to: str) -> None:
        super().__init__(f"request {reference} is {now} and cannot become {to}")


class StoreProblem(DsarError):
    """A store could not do its part.  The work stays due and is tried again."""

    status = 503


class StoreUnreachable(StoreProblem):
    """A store gave no answer."""


class StoreRefused(StoreProblem):
    """A store answered that it will not: no permission, no such table or column."""


class RowsRefused(StoreRefused):
    """A store will not change these rows: others refer to them, or a rule or trigger of it forbids it."""


class CannotErase(StoreProblem):
    """A store cannot erase; `ground` says why, and the verdict says it to the person."""

    def __init__(self, ground: str) -> None:
        super().__init__(ground)
        self.ground = ground


class VaultProblem(DsarError):
    """The vault cannot be read or written."""


class SealBroken(VaultProblem):
    """Sealed data does not open: another key, or somebody changed it."""


class UnrecordedChange(DsarError):
    """A change was about to be saved with no ledger entry beside it."""


class LeaseLost(DsarError):
    """Another worker has taken this work over; whatever this one did since changes nothing."""


class ReleaseRefused(DsarError):
    """A copy does not agree with what was sealed; the message names the part."""

    status = 409
