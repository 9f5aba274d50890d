"""The action `hash`: replace a value by its keyed or salted digest."""
