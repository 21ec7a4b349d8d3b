"""Which words a recording replaces: the clinic's own voice instead of the synthetic one."""

from collections.abc import Mapping

from voice.dialogue.turns import Spoken
from voice.language import PAUSE

_JOINT = f"{PAUSE} "


class Recorded:
    """Recordings by the words they speak, each as the absolute URL of its audio file."""

    def __init__(self, urls: Mapping[Spoken, str]) -> None:
        """Compared by identity, so that a turn and its recordings can be cached together."""
        self._urls = dict(urls)

    def pieces(self, said: Spoken) -> list[tuple[Spoken, str]]:
        """The words in pieces, each with the URL of its recording, or with "" for none.

        A recording speaks the whole of what lies between two pauses, or several such stretches;
        the longest one that fits is taken. Neighbors without a recording stay together.
        """
        stretches = said.words.split(_JOINT) if self._urls else [said.words]
        found: list[tuple[Spoken, str]] = []
        at = 0
        while at < len(stretches):
            for end in range(len(stretches), at, -1):
                piece = Spoken(_JOINT.join(stretches[at:end]), said.language)
                if url := self._urls.get(piece, ""):
                    found.append((piece, url))
                    at = end
                    break
            else:
                before = found.pop()[0].words + _JOINT if found and not found[-1][1] else ""
                found.append((Spoken(before + stretches[at], said.language), ""))
                at += 1
        return found


NO_RECORDINGS = Recorded({})
