"""The action `remove`: take a field out of the file."""
