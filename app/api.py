"""All routers, in the order the documentation shows them."""

from fastapi import APIRouter

from app.catalog.endpoints import router as catalog
from app.jobs.endpoints import router as jobs
from app.observability.health import router as health
from app.observability.metrics import router as metrics
from app.recommendations.endpoints import router as recommendations
from app.storefront.endpoints import router as storefront

ROUTERS: tuple[APIRouter, ...] = (recommendations, catalog, jobs, health, metrics, storefront)
