"""Fits a `ShopScorer`: each piece of a look is to be told from others by what it stands with.

Facts first, then, on top of them and with them fixed, a bilinear form of the pictures' vectors. The table of kinds
starts from what people wear together anyway (`worn_together`) and is drawn back to it: a shop of fifty looks learns
little, a shop of thousands as much as it says. It stops when looks it does not learn from are told no better.
"""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from models.contracts import Matrix
from models.outfits.facts import FIELDS, Codes, Facts, codes_of, log_prices, vocabularies
from models.outfits.looks import LookRow
from models.outfits.shop import ShopScorer
from models.outfits.worn import worn_together
from models.taxonomy import taxonomy

EPOCHS, PATIENCE = 60, 4
BATCH = 256
OTHERS = 12
"""Pieces that each right one is told from, half of them from its own slot."""

RATE = 0.02
DRAW_BACK = 3e-4
"""Weight of the squared distance of every table from where it started."""

RANK = 16
WATCHED = 10
"""One look in so many is not learnt from but watched, to know when to stop."""

SEED = 4
LEAST_SPREAD = 1e-3

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Gaps:
    """One row a gap: the right piece, the rest of its look (padded with -1), and the look's weight."""

    right: Tensor
    rest: Tensor
    weight: Tensor


class _Net(nn.Module):
    """Scores of candidates beside the rests of their looks."""

    def __init__(self, codes: Codes, prices: NDArray[np.float64], starts: Sequence[NDArray[np.float32]]) -> None:
        super().__init__()
        self.register_buffer("codes", torch.from_numpy(codes.astype(np.int64)))
        self.register_buffer("prices", torch.from_numpy(prices.astype(np.float32)))
        self.tables = nn.ParameterList([nn.Parameter(torch.from_numpy(start.copy())) for start in starts])
        self.bias = nn.ParameterList([nn.Parameter(torch.zeros(len(start))) for start in starts])
        self.price = nn.Parameter(torch.zeros(()))
        self.starts = [torch.from_numpy(start) for start in starts]
        self.vectors: Tensor | None = None
        self.sight: nn.Parameter | None = None
        self.signs: nn.Parameter | None = None

    def forward(self, candidates: Tensor, rest: Tensor) -> Tensor:
        """Shapes (rows, candidates) and (rows, pieces) of item rows → logits (rows, candidates)."""
        codes, prices = self.get_buffer("codes"), self.get_buffer("prices")
        known = (rest >= 0).unsqueeze(1)
        rest = rest.clamp(min=0)
        mine, theirs = codes[candidates], codes[rest]
        pairs = torch.zeros(*candidates.shape, rest.shape[1])
        own = torch.zeros(candidates.shape)
        for place, (table, bias) in enumerate(zip(self.tables, self.bias, strict=True)):
            both = (table + table.T) / 2
            pairs = pairs + both[mine[..., place].unsqueeze(2), theirs[..., place].unsqueeze(1)]
            own = own + bias[mine[..., place]]
        apart = (prices[candidates].unsqueeze(2) - prices[rest].unsqueeze(1)).abs()
        pairs = pairs + self.price * torch.nan_to_num(apart)
        if self.vectors is not None and self.sight is not None and self.signs is not None:
            seen, beside = self.vectors[candidates] @ self.sight, self.vectors[rest] @ self.sight
            pairs = pairs + (seen * self.signs) @ beside.transpose(1, 2)
        return own + (pairs * known).sum(2)

    def penalty(self) -> Tensor:
        away = [((table - start) ** 2).sum() for table, start in zip(self.tables, self.starts, strict=True)]
        return DRAW_BACK * torch.stack([*away, *((bias**2).sum() for bias in self.bias)]).sum()


def fit_shop(
    items: Sequence[Facts], looks: Sequence[LookRow], vectors: Matrix | None, space: str, progress: Progress
) -> ShopScorer:
    """A scorer of these items, fitted on looks that are not held out.

    Args:
        vectors: the items' image vectors, shape (items, d), zero rows where there is none; None to go by facts alone.
        space: which model's vectors they are.

    Raises ValueError when there is no look to learn from.
    """
    learnt = [look for look in looks if not look.held_out]
    if not learnt:
        raise ValueError("every look is held out for measuring; there must be more of them")
    threads = torch.get_num_threads()
    values = vocabularies(items)
    net = _Net(codes_of(items, values), log_prices(items), [_start(name, values[name]) for name in FIELDS])
    choose = _Others(items)
    part = {
        "learn": _gaps([look for i, look in enumerate(learnt) if i % WATCHED] or learnt),
        "watch": _gaps([look for i, look in enumerate(learnt) if not i % WATCHED]),
    }
    torch.manual_seed(SEED)
    _run(net, list(net.parameters()), part, choose, lambda done: progress("facts", done, EPOCHS))
    if vectors is not None:
        net.vectors = torch.from_numpy(np.ascontiguousarray(vectors, np.float32))
        net.sight = nn.Parameter(torch.randn(vectors.shape[1], RANK) / vectors.shape[1] ** 0.5)
        net.signs = nn.Parameter(torch.zeros(RANK))
        _run(net, [net.sight, net.signs], part, choose, lambda done: progress("pictures", done, EPOCHS))
    torch.set_num_threads(threads)
    return _centred(_scorer(net, values, space, len(learnt)), items, vectors)


def _run(
    net: _Net, free: Sequence[nn.Parameter], part: dict[str, _Gaps], choose: "_Others", told: Callable[[int], None]
) -> None:
    """Adam over `free` until the watched looks are told no better; the best weights stay."""
    optimiser = torch.optim.Adam(free, lr=RATE)
    best, kept, waited = _watched(net, part["watch"], choose), copy.deepcopy(net.state_dict()), 0
    for epoch in range(1, EPOCHS + 1):
        order = torch.randperm(len(part["learn"].right), generator=choose.dice)
        for rows in torch.split(order, BATCH):
            optimiser.zero_grad()
            loss = _loss(net, part["learn"], rows, choose) + net.penalty()
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            optimiser.step()
        told(epoch)
        watched = _watched(net, part["watch"], choose)
        best, kept, waited = (
            (watched, copy.deepcopy(net.state_dict()), 0) if watched < best else (best, kept, waited + 1)
        )
        if waited == PATIENCE:
            break
    told(EPOCHS)
    net.load_state_dict(kept)


def _loss(net: _Net, gaps: _Gaps, rows: Tensor, choose: "_Others") -> Tensor:
    right = gaps.right[rows]
    candidates = torch.cat([right.unsqueeze(1), choose(right)], dim=1)
    losses = functional.cross_entropy(net(candidates, gaps.rest[rows]), torch.zeros_like(right), reduction="none")
    return (losses * gaps.weight[rows]).sum() / gaps.weight[rows].sum()


def _watched(net: _Net, gaps: _Gaps, choose: "_Others") -> float:
    """Loss over the watched looks, beside the same others every time."""
    with torch.no_grad():
        return float(_loss(net, gaps, torch.arange(len(gaps.right)), choose.again()))


class _Others:
    """Draws what a right piece is told from: half from its slot, half from anywhere."""

    def __init__(self, items: Sequence[Facts]) -> None:
        slots = [taxonomy().slot_of(item.kind) for item in items]
        names = {slot: number for number, slot in enumerate(dict.fromkeys(slots))}
        self._slot = torch.tensor([names[slot] for slot in slots])
        self._members = [torch.nonzero(self._slot == number).flatten() for number in range(len(names))]
        self._sizes = torch.tensor([len(members) for members in self._members])
        self._starts = torch.cumsum(self._sizes, 0) - self._sizes
        self._sorted = torch.cat(self._members)
        self.dice = torch.Generator().manual_seed(SEED)

    def again(self) -> "_Others":
        """The same draws from the start."""
        fresh = copy.copy(self)
        fresh.dice = torch.Generator().manual_seed(SEED)
        return fresh

    def __call__(self, right: Tensor) -> Tensor:
        half = OTHERS // 2
        slot = self._slot[right]
        places = torch.rand(len(right), half, generator=self.dice) * self._sizes[slot].unsqueeze(1)
        same = self._sorted[self._starts[slot].unsqueeze(1) + places.long()]
        anywhere = torch.randint(len(self._slot), (len(right), OTHERS - half), generator=self.dice)
        return torch.cat([same, anywhere], dim=1)


def _gaps(looks: Sequence[LookRow]) -> _Gaps:
    longest = max((len(look.pieces) for look in looks), default=1) - 1
    right, rest, weight = list[int](), list[list[int]](), list[float]()
    for look in looks:
        for gap, piece in enumerate(look.pieces):
            others = [*look.pieces[:gap], *look.pieces[gap + 1 :]]
            right.append(piece)
            rest.append(others + [-1] * (longest - len(others)))
            weight.append(look.weight)
    return _Gaps(torch.tensor(right), torch.tensor(rest).reshape(len(right), longest), torch.tensor(weight))


def _start(name: str, values: Sequence[str]) -> NDArray[np.float32]:
    table = np.zeros((len(values), len(values)), np.float32)
    if name == "kind":
        known = worn_together()
        for i, a in enumerate(values):
            for j, b in enumerate(values):
                chance = known.get((a, b), 0.5)
                table[i, j] = np.log(chance / (1 - chance))
    return table


def _scorer(net: _Net, values: dict[str, tuple[str, ...]], space: str, looks: int) -> ShopScorer:
    tables = [((t + t.T) / 2).detach().numpy().astype(np.float32) for t in net.tables]
    blank = np.zeros((0, 0), np.float32)
    seen = net.sight is not None and net.signs is not None
    return ShopScorer(
        values=values,
        tables=dict(zip(FIELDS, tables, strict=True)),
        price=float(net.price.detach()),
        sight=net.sight.detach().numpy() if net.sight is not None else blank,
        signs=net.signs.detach().numpy() if net.signs is not None else np.zeros(0, np.float32),
        space=space if seen else "",
        about={"looks": looks},
    )


def _centred(scorer: ShopScorer, items: Sequence[Facts], vectors: Matrix | None) -> ShopScorer:
    """With what two items of the catalogue score on average, told from a sample."""
    chosen = np.random.default_rng(SEED).permutation(len(items))[:400]
    scores = scorer.pairs([items[i] for i in chosen], None if vectors is None else vectors[chosen])
    between = scores[np.triu_indices(len(chosen), 1)]
    return replace(scorer, centre=float(between.mean()), spread=max(float(between.std()), LEAST_SPREAD))
