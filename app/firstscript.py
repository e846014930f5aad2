"""The one script that stands in every page itself, and the hash by which the security policy lets it run.

It is here and not among the pages, because the doors must know its hash and the pages its text.
"""

import base64
import hashlib
from pathlib import Path

FILE = Path(__file__).resolve().parents[1] / "static" / "js" / "first.js"

TEXT = "\n".join(line for line in FILE.read_text().splitlines() if not line.lstrip().startswith("//"))
"""What stands between ``<script>`` and ``</script>``: the file without its comments."""

SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(TEXT.encode()).digest()).decode()}'"
"""How a Content-Security-Policy names exactly this script (CSP level 3, hash-source)."""
