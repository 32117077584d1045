"""All routers, in the order the documentation shows them."""

from fastapi import APIRouter

from app.auth.endpoints import router as audit
from app.catalog.editing.endpoints import router as editing
from app.catalog.endpoints import router as catalog
from app.catalog.inspection.endpoints import router as inspection
from app.feedback.endpoints import router as shoppers
from app.imports.endpoints import router as imports
from app.indexes.endpoints import router as indexes
from app.jobs.endpoints import router as jobs
from app.observability.health import router as health
from app.observability.metrics import router as metrics
from app.photos.endpoints import router as photos
from app.recommendations.by_item_endpoints import router as by_item
from app.recommendations.endpoints import router as recommendations
from app.storefront.endpoints import router as storefront
from app.tags.endpoints import router as tags

ROUTERS: tuple[APIRouter, ...] = (
    recommendations, photos, shoppers, tags, by_item, catalog, inspection, editing, imports, jobs, indexes, audit,
    health, metrics, storefront,
)  # fmt: skip
