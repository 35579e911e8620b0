"""The gates and the ten criteria: how a technology fits a need, one file per criterion.

Each is a pure function of two sides and of reference data. It compares known values only;
where one is missing the verdict is "unknown", never nothing out of ten.
:mod:`portal.matching.columns` holds the same arithmetic over the whole catalogue at once.
"""
