"""The action `replace-with`: put a fixed value in a field's place."""
