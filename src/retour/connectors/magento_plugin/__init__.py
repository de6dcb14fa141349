"""The returns protocol of the Channable plugin, of which Magento 1 and Magento 2 have a generation each.

It stands apart from the two connectors, which say what differs. Contract magento.md, whole.
"""
