"""User names that people can tell apart: of one script, and none that looks like another."""

import unicodedata

# Cyrillic letters that look like Latin ones, small or as capitals (Unicode Technical Standard 39).
LOOKS_LIKE = {
    "а": "a", "в": "b", "с": "c", "ԁ": "d", "е": "e", "н": "h", "һ": "h", "і": "i", "ј": "j", "к": "k", "м": "m",
    "о": "o", "р": "p", "ԛ": "q", "ѕ": "s", "т": "t", "ԝ": "w", "х": "x", "у": "y",
}  # fmt: skip
TO_LATIN = str.maketrans(LOOKS_LIKE)
# Two letters look like an h; a name with both kinds of it is left alone.
TO_CYRILLIC = [
    str.maketrans({latin: cyrillic for cyrillic, latin in LOOKS_LIKE.items() if cyrillic != other}) for other in "нһ"
]
WRITTEN_TOGETHER = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
# Whom people would believe.
RESERVED = frozenset({"admin", "administrator", "moderator", "operator", "root", "shop", "staff", "support", "system"})


def is_of_one_script(name: str) -> bool:
    """Whether all its letters belong to one alphabet."""
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in name if letter.isalpha()}
    return len(scripts) <= 1 or scripts <= WRITTEN_TOGETHER


def is_reserved(name: str) -> bool:
    """Whether people would take it for the shop's own, in whatever letters."""
    return name.casefold().translate(TO_LATIN) in RESERVED


def look_alikes(name: str) -> set[str]:
    """The names of one other script that look like it, in small letters."""
    small = name.casefold()
    found = {small.translate(table) for table in (TO_LATIN, *TO_CYRILLIC)}
    return {each for each in found if each != small and is_of_one_script(each)}
