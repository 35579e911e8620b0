"""The gates and criteria over the whole catalogue at once, in NumPy columns.

What :mod:`portal.matching.fit` says of one pair, this says of one need and every
technology: degrees only, no words. A property test holds the two equal. The rows that are
shown are judged again, one by one, for their reasons.
"""
