"""The action `set`: write a value whether or not the field exists."""
