"""Organisations: who owns the entries, provides the money, runs the projects."""
