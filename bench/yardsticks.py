"""What others reach: Fides on the same kind of machine and the same made-up stores, recorded beforehand.

Source: Fides 2.86.2 (Python 3.13), one web process, one Celery worker with two slots, PostgreSQL 15, Redis 7,
two shared cores, 24 GiB, Debian 12; recorded 2026-11.  It makes no PDF and looks at nothing after erasing.
"""

SOURCE = "Fides 2.86.2 on the same kind of machine, recorded 2026-11"

ACCESS_ONE = 0.49  # seconds, JSON
ACCESS_MANY = 147.0  # a minute, 200 at once, JSON
ACCESS_MANY_PAGES = 113.0  # a minute, 200 at once, HTML
ACCESS_CPU = 0.71  # CPU-seconds each, of those 200
ERASURE_ONE = 1.08  # seconds; masks, no look
ERASURE_MANY = 51.0  # a minute, 200 at once
ERASURE_CPU = 1.88  # CPU-seconds each, of those 200
HEAVY_ACCESS = 2.9  # seconds, 10,000 rows, HTML (2.0 as JSON)
IDLE_MB = 1203.0  # web and worker, RSS; of 2.78.2: 1,157 RSS, 747 PSS
IDLE_MB_PSS = 747.0  # of 2.78.2
