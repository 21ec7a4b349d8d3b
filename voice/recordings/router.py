"""Serves the recordings to Twilio, which fetches a <Play> with an unsigned GET and caches it.

The path holds the hash of the content, so it can not be guessed and its content never changes.
"""

from fastapi import APIRouter, Request, Response

from voice.recordings.library import Library

_FOR_EVER = "public, max-age=31536000, immutable"
_NOT_FOUND, _NOT_MODIFIED = 404, 304


def recordings_router(library: Library) -> APIRouter:
    """The route of the recordings that are played."""
    router = APIRouter()

    async def recording(request: Request) -> Response:
        """One file; 304 for whoever has it already."""
        sha256 = request.path_params["sha256"]
        content, media_type = library.files.get(sha256, (b"", ""))
        if not content:
            return Response("no such recording\n", _NOT_FOUND, media_type="text/plain")
        headers = {"ETag": f'"{sha256}"', "Cache-Control": _FOR_EVER}
        if f'"{sha256}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=_NOT_MODIFIED, headers=headers)
        return Response(content, headers=headers, media_type=media_type)

    router.add_api_route("/recordings/{sha256}/{name}", recording, methods=["GET", "HEAD"])
    return router
