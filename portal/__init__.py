"""The Green Bridge portal: climate technologies, needs, projects and money, in three languages."""

__version__ = "0.1.0"
