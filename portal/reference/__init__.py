"""Countries and regions, NDC documents and targets, focal points, currency rates."""
