#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from csassist.env import BadSetting

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csassist.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except BadSetting as error:
        sys.exit(f"csassist: {error} Every setting is described in .env.example.")
