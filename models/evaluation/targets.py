"""What the shipped model aims at on `val`, and figures others published; by the name of the figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.evaluation.report import Figure

AT_LEAST: Mapping[str, float] = {
    "photo → catalogue kind@10": 0.93,
    "name → picture R@10": 0.40,
    "name → picture mean(R@1, R@10)": 0.26,
    "sub-category → product P@1": 0.90,
    "sub-category → product P@10": 0.90,
    "colour → product P@10": 0.75,
    "sub-category P@1, zh / en": 0.95,
    "sub-category P@10, zh / en": 0.95,
    "colour P@10, zh / en": 0.95,
    "composed kind + colour@10, attention": 0.65,
    "zero-shot photo labels, accuracy": 0.80,
    "demo wish, first": 0.90,
    "demo photo kind, first": 0.80,
}
MORE_THAN: Mapping[str, float] = {
    "gain from preprocessing, kind@10": 0.0,
    "composed, attention − best weighted": 0.0,
}
AT_MOST: Mapping[str, float] = {
    "zero-shot photo labels, ECE": 0.08,
    "encode one photo + text, p50": 60.0,
    "encode one photo + text, ONNX or int8, p50": 25.0,
}

PUBLISHED: Mapping[str, Mapping[str, float]] = {
    "name → picture R@10": {"FashionCLIP 2.0, published": 0.404, "Marqo-FashionSigLIP, published": 0.489},
    "name → picture mean(R@1, R@10)": {"FashionCLIP 2.0, published": 0.263, "Marqo-FashionSigLIP, published": 0.334},
}
"""The same kind of test on the full public set, as in the model cards of Marqo's fashion models."""


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of one kind: gives each its group, its target and what is known of others."""

    name: str

    def figure(self, name: str, value: float, random: float | None, queries: int, **more: Any) -> Figure:
        """Args: more: further fields of `Figure`; `about` names the figure whose target counts, if not `name`."""
        about = str(more.pop("about", name))
        bounds = {key: table[about] for key, table in _TABLES.items() if about in table}
        kind, target = next(iter(bounds.items()), ("at_least", None))
        more["baselines"] = {**more.get("baselines", {}), **PUBLISHED.get(about, {})}
        return Figure(
            name, float(value), random, queries, target, self.name,
            at_most=kind == "at_most", above=kind == "more_than", **more,
        )  # fmt: skip


_TABLES = {"at_least": AT_LEAST, "more_than": MORE_THAN, "at_most": AT_MOST}
