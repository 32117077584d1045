"""Forgets what is older than it may be kept."""

import structlog

from app.db.session import Database
from app.feedback.memory import kept_since
from app.feedback.repository import EventRepository, ShopperRepository
from app.feedback.settings import FeedbackSettings
from app.recommendations.repository import RecommendationRepository

log = structlog.get_logger(__name__)


async def forget_old(database: Database, settings: FeedbackSettings) -> None:
    """Delete events and answers older than they are kept, and then shoppers of whom nothing is left.

    May be run by many at once.
    """
    moment = kept_since(settings)
    async with database.unit_of_work() as session:
        events = await EventRepository(session).forget_before(moment)
        answers = await RecommendationRepository(session).forget_before(moment)
        shoppers = await ShopperRepository(session).forget_idle(moment)
    if events or answers or shoppers:
        log.info("old_feedback_forgotten", events=events, answers=answers, shoppers=shoppers)
