"""JSON files for deidentikit, edited in place."""
