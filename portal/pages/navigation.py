"""What the frame of every page links to: pages stands above all features, so it may name them."""

from portal.catalogue.kinds import KINDS
from portal.web.navigation import Link, Navigation

NAVIGATION = Navigation(
    main=(
        *(
            Link(f"nav.{kind.plural}", "catalogue.entries", {"plural": kind.plural})
            for kind in KINDS.values()
        ),
        Link("nav.countries", "pages.countries", also=("pages.country",)),
    ),
    footer=(
        Link("nav.about", "pages.about"),
        Link("nav.how", "matching.how"),
        Link("nav.organisations", "pages.organisations"),
        Link("nav.sources", "pages.sources"),
        Link("nav.privacy", "pages.privacy"),
        Link("nav.contact", "pages.contact"),
    ),
    help=(Link("error.contact", "pages.contact"),),
    search="pages.search",
)
