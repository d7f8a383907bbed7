"""``python -m pipelines.cli`` is ``parley``."""

import sys

from pipelines.cli import main

sys.exit(main())
