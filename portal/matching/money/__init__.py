"""The rules of money: what each source of finance demands of a need or a project."""
