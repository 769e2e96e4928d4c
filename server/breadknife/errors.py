"""Every error that breadknife raises on purpose.

BreadknifeError                 has a message for people: what happened, why, and what to do
├── SettingsError               a settings file or value is wrong (file, line, key)
│   └── LeftOut                 settings that are right but don't count here, such as an untrusted folder's
├── DocumentError               a file can't be read as text
│   └── FileRefused             a file isn't opened: not regular, too large, outside of its folder, too slow
├── ModelError
│   ├── UnknownModel            no such name in the catalog
│   ├── ModelMissing            known, but not on this machine
│   ├── ModelCorrupt            the file isn't the one that the catalog names
│   ├── ModelUnfit              it can't do what it is asked
│   ├── DocumentKept            no model may see this document
│   ├── ModelSetAside           the engine died over it too often
│   └── DownloadFailed          no source could deliver it
├── EngineError
│   ├── EngineUnavailable       the engine could not be started or reached
│   │   └── EngineAbsent        there is none: not installed, or elsewhere while offline
│   │       └── EngineMissing   the program that runs the models isn't installed
│   ├── EngineDied              it ended while it worked on a request
│   └── PromptTooLong           the prompt doesn't fit the model's context
├── PatternError                a regular expression of somebody else's can't be used
├── PluginError                 a plugin broke its contract
├── RecipeError                 a recipe that the command line names can't be found, run or written
├── ShelfError                  a folder can't be added to the shelf, or its index can't be used
├── GitFailed                   git can't say what has changed: no repository, no such commit, no git
├── CacheError                  what is kept of texts can't be changed now, or not be shared
├── ClusterError                a cluster can't be reached, or a node of it can't be used
├── PackageMissing              an optional Python package isn't installed
├── NetworkForbidden            something tried to use the network while offline
└── Cancelled                   the client no longer wants the answer, or its time is up
    └── Superseded              a newer request for the same place replaced this one

No editor gets one of these as an error: the host turns each into a reply with a reason.
"""


class BreadknifeError(Exception):
    """Base of all errors here; `str(error)` is a sentence for people."""


class SettingsError(BreadknifeError):
    """A setting that can't be used; the message names file, line, key and the nearest valid name."""


class LeftOut(SettingsError):
    """Settings that are right but don't count here: their folder isn't trusted, or only another file counts."""


class DocumentError(BreadknifeError):
    """A file that can't be read as text: missing, binary, or not in its encoding."""


class FileRefused(DocumentError, OSError):
    """A file that isn't read because it could do harm. The message doesn't name the file. It is also an OSError, as for
    a missing file."""


class ModelError(BreadknifeError):
    """Anything wrong with a model's file."""


class UnknownModel(ModelError):
    """No model of that name is in the catalog."""


class ModelMissing(ModelError):
    """The catalog knows the model, but no file of it is on this machine."""


class ModelCorrupt(ModelError):
    """A model file whose SHA-256 isn't the catalog's, or that isn't a complete GGUF. It is never loaded."""


class ModelSetAside(ModelError):
    """A model over which the engine crashed three times. It isn't loaded until the user allows it."""


class ModelUnfit(ModelError):
    """A model that can't do what it is asked, such as a chat where its file has no template for one."""


class DocumentKept(ModelError):
    """A document that no model may see: it is ignored, or looks like a file that holds secrets."""


class DownloadFailed(ModelError):
    """No source could deliver a model."""


class EngineError(BreadknifeError):
    """Anything wrong with the program that runs the models."""


class EngineUnavailable(EngineError):
    """The engine could not be started or reached."""


class EngineAbsent(EngineUnavailable):
    """There is no engine to ask: a part of it isn't installed, or it is elsewhere and the user is offline."""


class EngineMissing(EngineAbsent):
    """The engine is not installed: `breadknife` alone works without it, and `breadknife setup` installs it."""

    def __init__(
        self, message: str = "the engine that runs the models is not installed; `breadknife setup` installs it"
    ) -> None:
        super().__init__(message)


class EngineDied(EngineError):
    """The engine ended while it worked on a request."""


class PromptTooLong(EngineError):
    """A prompt that doesn't fit the model's context."""


class PatternError(BreadknifeError):
    """A regular expression that isn't ours and can't be used; the message has the place in it and a remedy."""


class PluginError(BreadknifeError):
    """A plugin that broke its contract: it raised, or returned something impossible."""


class RecipeError(BreadknifeError):
    """A recipe that can't be found, run or written; the message names the place and what to do."""


class ShelfError(BreadknifeError):
    """A folder that can't be added to the shelf, or whose index can't be used; the message says what to do."""


class GitFailed(BreadknifeError):
    """Git can't say what has changed: there is no repository, no such commit, or no git."""


class CacheError(BreadknifeError):
    """What is kept of texts can't be changed now, or not be shared with other machines."""


class ClusterError(BreadknifeError):
    """A cluster can't be reached, or a node of it can't be used."""


class PackageMissing(BreadknifeError):
    """An optional Python package isn't installed; the message says how to install it."""


class NetworkForbidden(BreadknifeError, PermissionError):
    """Something tried to reach another machine while offline. It is also an OSError, which libraries handle."""


class Cancelled(BreadknifeError):
    """The client no longer wants the answer, or the deadline has passed."""


class Superseded(Cancelled):
    """A newer request of the same client for the same place in a document replaced this one."""
