"""The kinds of entries, each with everything particular to it in one file."""

from portal.catalogue.kinds import financing, need, project, technology
from portal.catalogue.kinds.base import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind for kind in (technology.KIND, need.KIND, project.KIND, financing.KIND)
}
#: By the word in the address.
BY_PLURAL: dict[str, Kind] = {kind.plural: kind for kind in KINDS.values()}
