"""Search in three languages: analysis, the index and its engine.

Only this package knows which engine runs. What goes into the index comes from a
:class:`~portal.search.index.DocumentSource` that app.py registers.
"""
