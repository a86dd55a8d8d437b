"""The WSGI entry point: ``gunicorn wsgi:app`` or ``flask --app wsgi run``.

Python's collector rests while the program is loaded, which takes a sixth less CPU so, and leaves
alone afterwards what stays until the end: a request does not wait while all of it is gone through.
"""

import gc

gc.disable()
from webapp import create_app  # noqa: E402 - the rest is for loading this

app = create_app()
gc.freeze()
gc.enable()
