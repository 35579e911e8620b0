"""Entries of four kinds: technologies, needs, projects, sources of finance."""
