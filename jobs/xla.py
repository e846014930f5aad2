"""How XLA compiles for a processor; the exported scripts say the same, so that they give the same digits."""

import os

FLAGS = "--xla_backend_extra_options=xla_cpu_disable_new_fusion_emitters"
"""XLA's newer way of fusing operations into one computes what several of them share again and again. A step of a small
network with dropout takes ten times as long with it, and compiling twice as long. Some sums round differently."""


def set_flags() -> None:
    """Have XLA compile so in this process, which mustn't have used it yet."""
    present = os.environ.get("XLA_FLAGS", "")
    if FLAGS not in present.split():
        os.environ["XLA_FLAGS"] = f"{present} {FLAGS}".strip()
