"""`python -m stackan`."""

import sys

if __name__ == "__main__":
    from stackan._source_tree import give_way

    give_way()
    from stackan.cli import main

    sys.exit(main())
