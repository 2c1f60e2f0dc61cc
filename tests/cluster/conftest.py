"""What the scripts of this folder import from each other, pytest finds too when it looks for doctests in them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
