"""The action `keep` (also `identity`): leave a field as it is."""
