"""`retour replan`: what follows from the facts, computed anew."""

from retour.cli import hub
from retour.cli.terminal import progress, say


def replan() -> None:
    """Work out anew where every return stands and what is to be sent, from the stored facts.

    Needed only when the release notes of an upgrade say so. Asks no platform anything; safe to stop and run again.
    """
    hub.enter()
    from retour.store.models import Return
    from retour.store.replan import replan as plan_anew

    returns = Return.objects.all()
    with progress("Planning returns anew", returns.count()) as move_on:
        done = plan_anew(returns, hub.now, move_on)
    say(f"{done.returns} returns planned anew; {done.moved} changed stage.")
