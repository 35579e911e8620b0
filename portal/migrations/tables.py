"""Imports every module that declares tables, so that the metadata is complete."""

from portal.accounts import model as accounts
from portal.catalogue import kinds
from portal.catalogue import model as catalogue
from portal.core import changes, installation, outbox, seeding
from portal.matching import model as matching
from portal.reference import model as reference
from portal.search import model as search
from portal.taxonomy import model as taxonomy

TABLES = (
    accounts,
    catalogue,
    kinds,
    changes,
    installation,
    matching,
    outbox,
    reference,
    search,
    seeding,
    taxonomy,
)
