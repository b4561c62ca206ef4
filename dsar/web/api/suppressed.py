"""Who is to stay erased: asked by whatever sends or imports, before it does."""

from flask import g, jsonify, request
from werkzeug.exceptions import BadRequest, ServiceUnavailable

from dsar.errors import NotFound
from dsar.services import maps, suppressing
from dsar.services.intake import Given
from dsar.web import here
from dsar.web.api.door import bp

MOST = 1000  # identifiers in one call
LARGEST = 512 * 1024  # bytes of a body


@bp.post("/suppressed")
def suppressed():
    """An answer for each identifier, in their order.  Values are neither logged nor repeated."""
    request.max_content_length = LARGEST
    try:
        asked = _asked(request.get_json())
    except RecursionError as error:  # brackets in brackets, without end
        raise BadRequest from error
    try:
        datamap = maps.current(g.data)[1]
    except NotFound as error:
        raise ServiceUnavailable from error
    answers = suppressing.answers(g.data, here.office().vault, datamap, asked)
    return jsonify(answers=[{"suppressed": one.suppressed, "problem": one.problem} for one in answers])


def _asked(body: object) -> list[Given]:
    entries = body.get("identifiers") if isinstance(body, dict) else None
    if not isinstance(entries, list) or not 0 < len(entries) <= MOST:
        raise BadRequest
    return [_given(one) for one in entries]


def _given(one: object) -> Given:
    kind, value = (one.get("kind"), one.get("value")) if isinstance(one, dict) else (None, None)
    if not isinstance(kind, str) or not isinstance(value, str):
        raise BadRequest
    return Given(kind, value)
