"""What every feature stands on: database, unit of work, languages, events, outbox, money.

Nothing in here knows a word of the domain.
"""
