"""python -m tests.oscar.shop fill COUNT | pages NUMBER …: what the tests have the shop do, in a process of its own."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.oscar.shop.settings"
    django.setup()
    verb, *arguments = sys.argv[1:]
    if verb == "fill":
        from tests.oscar.shop.filling import fill

        fill(int(arguments[0]))
    else:
        from tests.oscar.shop.visiting import show

        show([int(each) for each in arguments])
