"""Who is let in: the caller's key, what it may do, how often, and whether there is room. Knows no ASGI."""

from dataclasses import dataclass

from prometheus_client import Counter

from app.admission.gate import Gate
from app.admission.groups import Group, scope_for
from app.admission.rates import Rates, shared_storage
from app.auth.known import KnownKeys
from app.auth.principals import Principal, bearer_of, nobody, require, secret_in
from app.auth.settings import AuthSettings
from app.db.session import Database
from app.errors import AppError, Overloaded, Unauthenticated
from app.settings import Settings

REFUSED = Counter("tryon_requests_refused_total", "Requests refused at the door", ["reason", "group"])


@dataclass(slots=True)
class Admission:
    """The door of one process."""

    settings: Settings
    keys: KnownKeys
    rates: Rates
    gate: Gate
    inside: int = 0

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Admission":
        """Raises ConfigurationFault when the shared storage of the rates cannot be used."""
        admission = settings.admission
        return cls(
            settings=settings,
            keys=KnownKeys(database, settings.auth.key_cache_s, settings.auth.last_used_s),
            rates=Rates(
                admission,
                shared_storage(admission.storage),
                shoppers_per_hour=settings.limits.shoppers_per_hour,
            ),
            gate=Gate(admission),
        )

    def make_room(self) -> None:
        """For a request that is counted in `inside` already. Raises Overloaded where too many are."""
        if self.inside > self.settings.admission.requests:
            raise Overloaded("Too many requests are open. Try again in a moment.", retry_after_s=1)

    async def caller(self, authorization: str | None, address: str) -> Principal:
        """Who calls from `address` (a `household`) with that header.

        Raises:
            Unauthenticated: this is no key, or none that lives.
            TooManyRequests: too many such came from there.
        """
        auth: AuthSettings = self.settings.auth
        if authorization is None:
            return nobody(auth)
        try:
            secret = secret_in(authorization)
            key = self.keys.remembered(secret)
            if key is None:  # a guess costs the database something: there is an end to that
                await self.rates.may_guess(address)
                key = await self.keys.look_up(secret)
            return bearer_of(key)
        except Unauthenticated:
            await self.rates.guessed(address)
            raise

    async def admit(self, path: str, group: Group, who: Principal | Unauthenticated, address: str) -> None:
        """Raises what refuses this request: Unauthenticated, Forbidden or TooManyRequests."""
        needed = scope_for(path)
        if isinstance(who, Unauthenticated):
            if needed is not None:
                raise who
            who = nobody(self.settings.auth)
        if needed is not None:
            require(who, needed)
        await self.rates.spend(group, who, address)

    async def close(self) -> None:
        await self.keys.close()


def count_refusal(error: AppError, group: Group) -> None:
    """So that operators see who is kept out, by why and of what."""
    REFUSED.labels(error.slug, group).inc()
