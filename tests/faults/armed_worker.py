"""``python -m tests.faults.armed_worker``: a worker like any other, but its children die where a test says.

A child of a fork server imports its parent's main module once more, under another name. That is this module, and so the
program itself needs no switch for it.
"""

import sys

from jobs import worker
from tests.faults import arming

if __name__ == "__mp_main__":
    arming.arm()

if __name__ == "__main__":
    sys.exit(worker.main())
