"""The action `regex-sub`: rebuild a text from the parts a regular expression finds."""
