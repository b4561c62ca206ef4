"""The Celery application of the product, with copies that leave out the PDF: only for measuring what the rest costs.

Everything else is as it is: the same jobs, ledger, seals, mail.
"""

import dsar.jobs.copy
from dsar.jobs.sealing import make_data
from workers import celery as celery

dsar.jobs.copy.make_files = make_data
