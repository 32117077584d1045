"""Every domain's tables in one place, so that migrations and tests see the whole schema."""

from app.auth import tables as auth
from app.catalog import tables as catalog
from app.db.base import Base
from app.feedback import tables as feedback
from app.idempotency import tables as idempotency
from app.jobs import tables as jobs
from app.media import tables as media
from app.recommendations import tables as recommendations

DOMAINS = (auth, catalog, feedback, idempotency, jobs, media, recommendations)
"""Importing a domain's tables is what registers them."""

metadata = Base.metadata
