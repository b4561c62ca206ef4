"""`python -m dsar` is the command line."""

from dsar.cli import main

if __name__ == "__main__":
    main()
