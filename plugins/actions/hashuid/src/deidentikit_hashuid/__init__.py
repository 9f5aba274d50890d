"""The action `hashuid`: replace a UID by another, the same for the same UID."""
