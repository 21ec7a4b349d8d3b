"""Finds our own lines in an event's description, whatever Google's page has made of it; pure.

Staff write into the description too, and Google's page turns what they edit into HTML: line feeds
become <br>, lines become list items, "&" becomes an entity. So a line of ours is recognized by its
words, as they would be read on the screen, and everything else is left as it is, tags included.
"""

import re
from collections.abc import Callable
from hashlib import sha256
from html import escape, unescape

_BLOCKS = "p|div|ul|ol|li|blockquote|pre|h[1-6]|table|tbody|thead|tr|td|th|html-blob|section|hr"
_INLINE = "a|b|i|u|s|em|strong|span|font|small|big|sub|sup|code|strike|del|ins|mark|label"
_TOKEN = re.compile(
    rf"(?P<feed>\r\n|\r|\n|<br\b[^<>]*>)"
    rf"|(?P<block></?(?:{_BLOCKS})(?:\s[^<>]*)?/?>)"
    rf"|(?P<inline></?(?:{_INLINE})(?:\s[^<>]*)?/?>)"
    rf"|(?P<text>[^<\r\n]+|<)",
    re.IGNORECASE,
)
_PLAIN = {"p", "div", "html-blob"}
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_BLOB = re.compile(r"\s*<html-blob(?:\s[^<>]*)?>", re.IGNORECASE)

Token = tuple[str, str]
"""A kind (feed, block, inline or text) and the characters; joined they are the description."""


def digest(text: str) -> str:
    """What is stored of a text that we wrote, to recognize it to the letter."""
    return sha256(text.encode()).hexdigest()


def line_digest(line: str) -> str:
    """What is stored of a single line that we wrote, to recognize its words."""
    return digest(f"line\n{_words([('text', line)])}")


def words_digest(description: str) -> str:
    """What is stored of a description to recognize it after Google's page has reformatted it.

    "" for one with other tags than lines need: staff chose that look, so the description is theirs.
    """
    tokens = _tokens(description)
    if any(kind in {"inline", "block"} and _name(tag) not in _PLAIN for kind, tag in tokens):
        return ""
    lines = [_words(tokens[begin:end]) for begin, end in _lines(tokens)]
    return digest("words\n" + "\n".join(line for line in lines if line))


def with_line(description: str, line: str, is_ours: Callable[[str], bool]) -> str:
    """The description with this line of ours, or without any if it is "".

    `is_ours` is asked with the `line_digest` of each line. The first line of ours is replaced where
    it stands, further ones are removed, and if there is none the line comes first.
    """
    tokens = _tokens(description)
    ours = [
        (begin, end)
        for begin, end in _lines(tokens)
        if (words := _words(tokens[begin:end])) and is_ours(line_digest(words))
    ]
    is_html = any(text.startswith("<") for kind, text in tokens if kind != "text")
    text = escape(line, quote=False) if is_html else line
    keep = ours[0] if line and ours else None
    for begin, end in reversed(ours):
        if (begin, end) != keep:
            _remove(tokens, begin, end)
        elif _words(tokens[begin:end]) != _words([("text", line)]):
            _replace(tokens, begin, end, text)
    written = "".join(text for _, text in tokens)
    if not line or keep:
        return written
    blob = _BLOB.match(written)
    at = blob.end() if blob else 0
    feed = "<br>" if is_html else "\n"
    return f"{written[:at]}{text}{feed if written else ''}{written[at:]}"


def _tokens(description: str) -> list[Token]:
    return [(found.lastgroup or "", found.group()) for found in _TOKEN.finditer(description)]


def _lines(tokens: list[Token]) -> list[tuple[int, int]]:
    """Where each line begins and ends: what stands between two line feeds or block tags."""
    breaks = [at for at, (kind, _) in enumerate(tokens) if kind in {"feed", "block"}]
    after, before = [0, *(at + 1 for at in breaks)], [*breaks, len(tokens)]
    return list(zip(after, before, strict=True))


def _words(line: list[Token]) -> str:
    """The line as it is read on the screen."""
    text = unescape("".join(text for kind, text in line if kind == "text"))
    return " ".join(_INVISIBLE.sub("", text).split())


def _replace(tokens: list[Token], begin: int, end: int, text: str) -> None:
    """Put other words where the line's first words are; its tags stay."""
    for at in range(begin, end):
        if tokens[at][0] == "text":
            tokens[at], text = ("text", text), ""


def _remove(tokens: list[Token], begin: int, end: int) -> None:
    """Remove a line, and the line feed or the block, such as a list item, that it leaves empty."""
    inline = [token for token in tokens[begin:end] if token[0] == "inline"]
    left = [] if _is_balanced(inline) else inline
    tokens[begin:end] = left
    end = begin + len(left)
    if end < len(tokens) and tokens[end][0] == "feed":
        del tokens[end]
    elif begin and tokens[begin - 1][0] == "feed":
        del tokens[begin - 1]
        begin, end = begin - 1, end - 1
    while not left and 0 < begin < len(tokens) and _encloses(tokens[begin - 1], tokens[begin]):
        del tokens[begin - 1 : begin + 1]
        begin -= 1


def _encloses(before: Token, after: Token) -> bool:
    """Whether these are the two tags of an empty block."""
    opening = before[0] == "block" and not before[1].startswith("</")
    return opening and after[1].startswith("</") and _name(before[1]) == _name(after[1])


def _is_balanced(tags: list[Token]) -> bool:
    """Whether each tag that is opened here is closed here too."""
    opened: list[str] = []
    for _, tag in tags:
        if not tag.startswith("</"):
            opened.append(_name(tag))
        elif not opened or opened.pop() != _name(tag):
            return False
    return not opened


def _name(tag: str) -> str:
    found = re.match(r"</?([a-z0-9-]+)", tag, re.IGNORECASE)
    return found[1].lower() if found else ""
