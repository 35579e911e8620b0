"""Pages that span features: home, search, countries, organisations, sources, about.

Views and queries only; nothing is stored here.
"""
