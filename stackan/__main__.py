"""`python -m stackan`."""

import sys

from stackan.cli import main

if __name__ == "__main__":
    sys.exit(main())
