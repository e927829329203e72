"""The words of a listing. Both models read the same ones, so that only the models differ."""
from __future__ import annotations

import re
from typing import Any

# Letters and digits, joined by inner dots and hyphens (x.org, command-line), + and # (c++, c#).
_WORD = re.compile(r"[a-z0-9+#]+(?:[.-][a-z0-9+#]+)*")


def words(listing: dict[str, Any]) -> list[str]:
    """Lower-case words of title and description.

    The name is left out on purpose: `lib…`, `-dev` and `python3-` give the
    category away, and a new listing has no such prefix yet.
    """
    return _WORD.findall(f"{listing['title']} {listing['description']}".lower())
