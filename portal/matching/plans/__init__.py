"""Financing plans: combinations of sources that cover a cost within every rule."""
