"""The door for a WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from waarborg.office import observing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waarborg.office.settings")
observing.set_up()
application = get_wsgi_application()
