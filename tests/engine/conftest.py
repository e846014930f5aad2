"""XLA compiles here as it does in a worker's child."""

from jobs.xla import set_flags

set_flags()
