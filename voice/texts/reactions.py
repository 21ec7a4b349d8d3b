"""Recognizes a reaction to a text, which phones without a better way send as a text; pure.

iPhones send Liked "..." or Reacted 👍 to "...", Android phones 👍 to "...", each in the phone's own
language, and another such text when the reaction is taken back.
"""

import re
import unicodedata

_QUOTE = r"[\"\u2018-\u201f\u00ab\u2039']"
_SHOWN = (
    r"(an? (image|photo|picture|video|movie|link|attachment|audio message|message)"
    r"|(una? |el |la )?(imagen|foto|video|pelicula|enlace|archivo|audio|mensaje( de audio)?))\b"
)
_WHAT = rf"\s*({_QUOTE}|{_SHOWN})"
_VERB = (
    r"(liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|exclaimed"
    r"|(no )?(le|me|te) (gusto|gusta|encanto|encanta)|(indico|marco) que (no )?le (gusta|encanta)"
    r"|se rio (de|con)|(le )?dio risa|enfatizo|exclamo|destaco|subrayo|cuestiono|pregunto por"
    r"|marco como [\w ]{2,20})"
)
_REACTION = re.compile(
    rf"{_VERB}{_WHAT}"
    rf"|(reacted|reacciono)( with| con)? ?[^\w\s{{}}]*\s*(to|a){_WHAT}"
    rf"|removed [^\n]{{1,40}}? from{_WHAT}"
    rf"|(elimino|quito|retiro|borro) [^\n]{{1,40}}? (de|a){_WHAT}"
    rf"|[^\w\s\"'][^\w\"']*(removed from|removido de|eliminado de|to|a){_WHAT}"
)
_UNSEEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0e\ufe0f\ufeff\u00a0]")


def is_reaction(body: str) -> bool:
    """Whether a text is a phone's report of a reaction, in whatever case and with any quotes."""
    plain = unicodedata.normalize("NFKD", _UNSEEN.sub(" ", body)).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _REACTION.match(re.sub(r"\s+", " ", plain).strip()) is not None
