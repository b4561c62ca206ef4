"""What the product does to its own database, one function for each act.

A service function takes an open session, makes its changes, records them in the
ledger, and puts further work in the outbox.  It never commits, never reads the
clock, and never waits for anything outside.  An entry is recorded before the
change it stands for: a trigger refuses a changed request with no entry.
"""
