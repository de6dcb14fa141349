"""The demo: a hub of its own, set up as any hub is, between simulated marketplaces and simulated shops.

* The simulators serve real HTTP from the demo's own process; the hub is `retour serve` in a process of its own.
* Made-up people play: customers who send things back, a merchant who decides, marketplaces that refund first. They act
  on the simulators only; the one thing that a merchant does on the hub, to report what came back unannounced, is done
  with its own command. What a visitor sends back by hand is left for the visitor to decide.
* Everything is on this machine alone, and in one folder, which the next start replaces.

`company.py` says which projects there are. A platform is one file below `marketplaces` or `shops`.
"""
