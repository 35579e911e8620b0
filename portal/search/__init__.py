"""Search in three languages: analysis, the index and its engine.

Only this package knows which engine runs. What goes into the index comes from a
:class:`~portal.search.index.DocumentSource` that app.py registers; it writes the labels
and synonyms of an entry's terms into the entry's document, so a query needs no
expansion of its own yet.
"""
