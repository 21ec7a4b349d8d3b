"""Pages of a list, as every list of the 2010-04-01 API has them.

Source: https://www.twilio.com/docs/usage/twilios-response, "Response formats: list paging
information": the list under its name, and the URI of the next page without the host.
"""

from typing import Any
from urllib.parse import urlencode

from stand_ins.twilio.refusals import broken


def page(
    name: str, found: list[dict[str, Any]], path: str, query: dict[str, str]
) -> dict[str, Any]:
    """The page that was asked for; at most 1000 on one."""
    size, number = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
    if not 1 <= size <= 1000:
        raise broken("Page size must be between 1 and 1000")
    if number and "PageToken" not in query:
        raise broken("a page other than the first needs its PageToken")
    first, behind = number * size, (number + 1) * size
    following = {**query, "PageSize": str(size), "Page": str(number + 1), "PageToken": "PA"}
    more = f"{path}?{urlencode(following)}" if behind < len(found) else None
    return {name: found[first:behind], "next_page_uri": more, "page": number, "page_size": size}
