"""GET /v1/recommendations/{id}/photo."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.dependencies import ContainerDep, shop_caller
from app.errors import RecommendationNotFound
from app.recommendations.form import MOST_PHOTOS
from app.recommendations.repository import RecommendationRepository

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])


@router.get(
    "/{recommendation_id}/photo",
    response_class=Response,
    responses={200: {"content": {"image/webp": {}}}},
    dependencies=[Depends(shop_caller)],
)
async def photo(
    recommendation_id: str,
    container: ContainerDep,
    index: Annotated[int, Query(ge=0, lt=MOST_PHOTOS, description="Which of the request's photos.")] = 0,
) -> Response:
    """A photo of the request, where the shop keeps them: without metadata, faces made unrecognisable."""
    async with container.database.unit_of_work() as session:
        if not await RecommendationRepository(session).standing([recommendation_id]):
            raise RecommendationNotFound("There is no such recommendation; it was never made, or it was erased.")
    data = await container.photos.read(recommendation_id, index)
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, no-store"})
