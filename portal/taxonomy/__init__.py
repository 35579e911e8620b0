"""Sectors and technology terms with their labels in three languages."""
