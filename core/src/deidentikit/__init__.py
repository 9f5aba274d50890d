"""deidentikit."""
