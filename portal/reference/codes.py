"""Code lists of places and destinations that several features compare by."""

#: Classes of dust, wind and sun, lowest first.
LEVELS = ("low", "medium", "high")
WATER = ("scarce", "moderate", "sufficient")
#: What a design minimum rests on: the building code, ASHRAE's tables, or nobody knows.
DESIGN_BASES = ("design_code", "ashrae", "unknown")
#: Substances that a destination may forbid.
SUBSTANCES = ("ozone_depleting", "mercury", "asbestos", "pcb")
#: What a destination may ask for before a technology is sold, installed or measured by.
CONFORMITY_STEPS = (
    "certificate",
    "declaration",
    "type_approval",
    "registration",
    "expert_review",
    "grid_connection",
    "listing",
    "licence",
)
#: The thirty classes of the Köppen-Geiger classification.
KOPPEN = (
    *("Af", "Am", "Aw"),
    *("BWh", "BWk", "BSh", "BSk"),
    *("Csa", "Csb", "Csc", "Cwa", "Cwb", "Cwc", "Cfa", "Cfb", "Cfc"),
    *("Dsa", "Dsb", "Dsc", "Dsd", "Dwa", "Dwb", "Dwc", "Dwd", "Dfa", "Dfb", "Dfc", "Dfd"),
    *("ET", "EF"),
)
