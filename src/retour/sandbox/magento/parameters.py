"""The parameters of a frontend request: path pairs and query, merged as Magento's router does (contract A1)."""

from collections.abc import Mapping
from urllib.parse import unquote_plus

from aiohttp import web


def read_parameters(request: web.Request, action: str) -> Mapping[str, str]:
    """`/{front name}/{controller}/{action}/name/value/...?name=value`; the path wins over the query.

    A trailing slash is ignored, a name without a value is empty, names are case-sensitive (E16).
    """
    pairs = request.rel_url.raw_path.removeprefix(action).strip("/")
    parameters = dict(request.query)
    if pairs:
        parts = pairs.split("/")
        values = [unquote_plus(value) for value in parts[1::2]]
        parameters.update(zip(parts[::2], [*values, ""], strict=False))
    return parameters
