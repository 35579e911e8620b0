"""Sectors, technology terms and the thesaurus with their labels in three languages."""
