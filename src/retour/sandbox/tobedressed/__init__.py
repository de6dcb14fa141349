"""The simulator of ToBeDressed: the generic partner, `retour.sandbox.generic`, with the default profile.

No specification of ToBeDressed is public; the profile is ours (contract 2), so nothing here says how the real one
behaves.
"""

from retour.sandbox.app import Sandbox
from retour.sandbox.generic import create

SANDBOX = Sandbox(key="tobedressed", title="ToBeDressed (experimental)", create=create)
