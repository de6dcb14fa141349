"""The simulator of a marketplace partner behind the generic adapter, written from the contract page of ToBeDressed.

REST: `<url>/api/v1/returns`, key `sandbox-key` (Bearer; HTTP Basic has the user `sandbox` and the key as password).
Files: `<url>/files/returns/` (a list; the newest is also `returns_latest.csv`) and PUT `<url>/files/decisions/<name>`,
with the same key; the folder itself, with `returns/` and `decisions/`; and SFTP with both, user `sandbox`, password
`sandbox-password`, on a port and with a host key that `GET /_sandbox/sftp` tells. Files exist only for
`PartnerSimulator(folder=...)`, SFTP only with `sftp=True`; the sandbox entry has both. `/` is a page on which a person
plays the customer. The other ways to show a key, styles of pages, forms of rows and files, and rules are switches:
`PartnerSwitches`. The journal, the switches, the faults and the clock are in `retour.sandbox.app`; faults strike SFTP
too ("READ /returns/x.csv", and LIST, WRITE, RENAME, REMOVE).

In Python, on `PartnerSimulator`; over HTTP, the same as JSON:

    place_order([Product("JEANS", "0000000000024", "Jeans", Decimal("49.95"), 2)])
        POST /_sandbox/orders  {"products": [{"sku": "JEANS", "quantity": 2, "price": "49.95"}], "order_id": "TBD-7"}
        more: "placed_at"; answers {"order_id", "lines": [{"order_line_id", "sku"}]}
    open_return("TBD-7", [Back(order_line_id, 2, Reason("too_small", "Te klein"), "Helaas")])    an announced return
        POST /_sandbox/returns  {"order_id": "TBD-7", "lines": [{"sku": "JEANS", "quantity": 2, "comment": "Helaas"}]}
        more: "created_at", "by_platform": true (the partner's warehouse handles it; the row says "fulfilled_by":
        "platform"; sellers are refused with 409 handled_by_platform), "reason_code" of a line
        answers {"return_id", "order_id", "status", "by_platform", "lines": [{"line_id", "left", ...}]}; 409 impossible
    returned("R-1001").lines[0].accepted                                   what became of it
        GET  /_sandbox/returns
    withdraw("R-1001")                                                     the customer keeps it: cancelled
        POST /_sandbox/returns/R-1001/withdraw  {}
    receive("R-1001")                                                      the parcel arrives: received, still open
        POST /_sandbox/returns/R-1001/receive  {}
    decide_by_staff("R-1001", "accept")                                    the partner's own people decide what is left
        POST /_sandbox/returns/R-1001/staff  {"decision": "accept"}
    forget("R-1001")                                                       unknown from now on
        POST /_sandbox/returns/R-1001/forget  {}
    garble("R-1001", "no_id")                                              its row in lists and files, not its detail
        POST /_sandbox/garble  {"return_id": "R-1001", "flaw": "no_id"}
        or "no_order_id", "no_status", "no_updated_at", "no_lines", "line_no_id", "line_no_product", "wrong_type" (of
        the quantity), "not_an_object", "bad_time", and sound ones: "unknown_status", "unknown_values", "bare" (only
        what is required), "nulls"; of files only: "too_few_cells", "too_many_cells", "open_quote", "bad_utf8"
    keys.issue("other", seconds=60), keys.revoke()                         another key; none so far is good
        POST /_sandbox/keys  {"key": "other", "seconds": 60}               POST /_sandbox/keys/revoke  {}
    open_many(simulator, 500, seed=1)   (in `samples`)                     many returns over the last days
        POST /_sandbox/bulk  {"count": 500, "seed": 1, "days": 10}
    export("changed")                                                      a file of returns; or "open", "all"
        POST /_sandbox/files  {"scope": "changed", "name": "returns_a.csv"}  a known name is written anew
        GET  /_sandbox/files   answers [{"name", "growing"}]
    file_lane.exports.repeat("returns_a.csv")                              the same content under another name
        POST /_sandbox/files/returns_a.csv/repeat  {}
    file_lane.inbox.reports                                                the files of decisions that were read
        GET  /_sandbox/decision-files   answers [{"name", "carried_out", "refused": [{"row", "code"}], "warnings"}]
    file_lane.sftp.address                                                 where SFTP listens
        GET  /_sandbox/sftp   answers {"host", "port", "username", "password", "host_key", "fingerprint"}
    clock.move(86400)                                                      keys end, limits begin anew
        POST /_sandbox/clock  {"seconds": 86400}

Still growing: with the switch `growing_files` a new file holds its first half, and a few bytes more after each look
(any HTTP or SFTP call, or `catch_up()`); switched off, the next look completes it. New files are dated now by the
platform's clock, or `file_age_seconds` ago. With `export` "each_change" every request that changed something ends with
a new file, so nobody need ask for one.

By the clock, when switched on: `warehouse_seconds` (the partner accepts its own returns), `auto_accept_seconds` (it
accepts what a seller leaves open), `refunded_seconds` (accepted becomes refunded). Files of decisions are taken at the
next look at anything, the journal too; a file is read once by name and content, and stays (`after_reading`).

A decision about a part leaves the return open (`part_decides_all`); a return is `accepted` when any unit was
(`mixed_status`). 409 is `already_decided` (of cancelled returns too), `handled_by_platform`, or
`idempotency_key_reused`; a refused decision leaves its key free.

The journal, by return id, one entry for each line: `refund` (units accepted; detail `amount`, `currency`) and `settled`
(units rejected), both with `line_id`, `order_id`, `order_line_id`, `sku`, `comment`, `reason_code` and `by` ("api",
"file", "platform" or "clock"). One for each return: `opened`, `withdrawn`, `goods` (the parcel arrived).
"""

import shutil
import tempfile
import weakref
from pathlib import Path

from retour.sandbox.app import Sandbox, Simulator
from retour.sandbox.generic.keys import API_KEY, PASSWORD, USERNAME
from retour.sandbox.generic.simulator import PartnerSimulator
from retour.sandbox.generic.state import Reason
from retour.sandbox.generic.switches import PartnerSwitches
from retour.sandbox.generic.trade import Back, Product


def create(seed: int) -> Simulator:
    """With orders to send back, a folder that goes with the simulator, SFTP, and files made by themselves."""
    folder = tempfile.mkdtemp(prefix="retour-partner-")
    simulator = PartnerSimulator(seed=seed, samples=True, folder=Path(folder), sftp=True)
    simulator.switches.export = "each_change"
    weakref.finalize(simulator, shutil.rmtree, folder, ignore_errors=True)
    return simulator


SANDBOX = Sandbox(key=PartnerSimulator.key, title="Generic marketplace partner", create=create)

__all__ = [
    "API_KEY",
    "PASSWORD",
    "SANDBOX",
    "USERNAME",
    "Back",
    "PartnerSimulator",
    "PartnerSwitches",
    "Product",
    "Reason",
    "create",
]
