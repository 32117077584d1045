"""GET /v1/recommendations/{id}/photo."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.dependencies import ContainerDep, shop_caller
from app.errors import PhotoNotKept, RecommendationNotFound
from app.openapi.parameters import path_id
from app.openapi.problems import problems
from app.openapi.schemas import picture
from app.recommendations.form import MOST_PHOTOS
from app.recommendations.repository import RecommendationRepository

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])


@router.get(
    "/{recommendation_id}/photo",
    summary="A photo of a request",
    response_class=Response,
    responses=problems(RecommendationNotFound, PhotoNotKept) | {200: picture("image/webp", "The photo.")},
    dependencies=[Depends(shop_caller)],
)
async def get_photo(
    recommendation_id: Annotated[str, path_id("As POST /v1/recommendations gave it.", "rec_8sN2vQ")],
    container: ContainerDep,
    index: Annotated[int, Query(ge=0, lt=MOST_PHOTOS, description="Which of the request's photos.")] = 0,
) -> Response:
    """A photo of the request, where the shop keeps them: without metadata, faces made unrecognisable."""
    async with container.database.unit_of_work() as session:
        if not await RecommendationRepository(session).standing([recommendation_id]):
            raise RecommendationNotFound("There is no such recommendation; it was never made, or it was erased.")
    data = await container.photos.read(recommendation_id, index)
    return Response(data, media_type="image/webp", headers={"Cache-Control": "private, no-store"})
