"""The bundles over HTTP: kept for ever under the name of their digest, and asked for anew under any other."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from csassist.web.console.bundles import bundle_of

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """No page of the console is in it, only how it looks and works: whoever asks may have it."""
    bundle = bundle_of(name.partition("-")[0])
    if bundle is None:
        raise Http404
    is_small = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(bundle.compressed if is_small else bundle.text, content_type=bundle.content_type)
    if is_small:
        response.headers["Content-Encoding"] = "gzip"
    # A page from before an update names an older digest: it gets what there is, and nobody keeps that under this name.
    response.headers["Cache-Control"] = FOR_EVER if name == bundle.name else "no-store"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
