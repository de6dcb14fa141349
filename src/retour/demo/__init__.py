"""The demo: a hub of its own, set up as any hub is, between a simulated bol and a simulated Magento 2 shop.

* The simulators serve real HTTP from the demo's own process; the hub is `retour serve` in a process of its own.
* Made-up people play: customers who send things back, a merchant who decides. They act on the simulators only, never
  on the hub. What a visitor sends back by hand is left for the visitor to decide.
* Everything is on this machine alone, and in one folder, which the next start replaces.
"""
