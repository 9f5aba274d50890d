"""The action `increment-datetime`: move a date with time by a number of days."""
