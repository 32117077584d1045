"""The OpenAPI document: what FastAPI tells of each route, completed by what stands around all of them."""
