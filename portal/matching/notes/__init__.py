"""The bundle and the concept notes: one data set, five views, each with its readiness checklist."""
