"""The line's request in the shop: whether it is to be made, how far that is, and what the shop says since."""

from retour.core.capabilities import Capabilities
from retour.core.model import Decision, Effect, EffectKind, EffectState, Line, Resolution, Return, Source, Stage
from retour.core.want import Says, Want
from retour.core.why import Why

ORDER_UNKNOWN = "The shop's order of this return is not known."
LINE_UNCERTAIN = "It is not certain which product of the shop's order comes back."


def waits(state: str, *, asks: bool) -> bool:
    """Whether a request is held back until a person, or a later search, says what it belongs to. (Its `error` is one of
    the two sentences above.)"""
    return state == EffectState.WANTED and asks


def create_key(known: Return, line: Line) -> str:
    """The key of the effect that makes a line's request in the shop."""
    return f"{known.id}:{line.item.ref}:create"


def request(
    known: Return,
    line: Line,
    capabilities: Capabilities,
    *,
    needed: bool,
    quantity: int,
    resolution: Resolution | None = None,
) -> tuple[list[Want], list[Says]]:
    """The request that is to be made, or was, as long as the shop has not answered.

    One that may have been made is followed to its end, `needed` or not. A new one waits for the details, and for what
    is unexplained at the marketplace.
    """
    if capabilities.shop is None or line.shop is not None:
        return [], []
    want = Want(EffectKind.CREATE, create_key(known, line), line.item.ref, quantity, resolution)
    effect = known.effect(want.key)
    if effect is not None and effect.state not in {EffectState.WANTED, EffectState.SUPERSEDED}:
        said = _followed(effect, needed=needed)
        return [want], [said] if said else []
    if not needed or known.stale:
        return [], []
    if effect is not None and waits(effect.state, asks=effect.asks):
        return [want], [Says(Stage.ATTENTION, Why("needs_line" if effect.error == LINE_UNCERTAIN else "needs_order"))]
    if not (known.complete or known.gone) and capabilities.marketplace.details_by_look:
        return [], [Says(Stage.NEW, Why("details"))]
    return [want], [Says(Stage.NEW, Why("to_shop"))]


def _followed(effect: Effect, *, needed: bool) -> Says | None:
    """How far a request is that has left."""
    match effect.state:
        case EffectState.DONE:
            return None
        case EffectState.REFUSED | EffectState.DEAD:
            return Says(Stage.ATTENTION, Why("refused_create", (("error", effect.error or ""),))) if needed else None
        case EffectState.UNKNOWN if effect.asks:
            return Says(Stage.ATTENTION, Why("ask_create"))
        case EffectState.UNKNOWN:
            return Says(Stage.NEW, Why("looking_up"))
    return Says(Stage.NEW, Why("to_shop"))


def shop_news(line: Line, left: int) -> list[Says]:
    """What the shop says that a person must see."""
    if line.shop is None:
        return []
    if left > 0 and line.shop.unclear:
        return [Says(Stage.ATTENTION, Why("shop_unclear", (("word", line.shop.word or ""),)))]
    if left > 0 and line.shop.gone:
        return [Says(Stage.ATTENTION, Why("shop_gone"))]
    told = next((d for d in line.standing if d.source is Source.SHOP), None)
    if told is not None and line.shop.resolution is not None and not _agrees(line, told):
        params = (("word", line.shop.resolution), ("told", told.resolution))
        return [Says(Stage.ATTENTION, Why("conflict_shop", params))]
    return []


def _agrees(line: Line, told: Decision) -> bool:
    """Whether the shop's word is what it decided, or what that was changed to since."""
    if told.told_by_hand:
        return True  # a person has dealt with it
    return line.shop is not None and any(
        d.resolution is line.shop.resolution for d in line.standing if d is told or (d.revises and d.seq > told.seq)
    )
