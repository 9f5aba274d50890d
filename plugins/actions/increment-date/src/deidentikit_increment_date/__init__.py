"""The action `increment-date`: move a date by a number of days."""
