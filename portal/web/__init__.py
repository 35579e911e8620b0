"""The toolkit of all pages: base page, components, locale addresses, panels, errors.

Knows no feature.
"""
