"""``python -m braincore``."""

from braincore.cli import main

raise SystemExit(main())
