"""Which technologies answer a need and which money could pay, each with its reasons.

Criteria and rules are pure functions of facts; the same input gives the same answer.
"""
