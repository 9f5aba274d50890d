"""EXIF and TIFF tags, XMP and IPTC, edited in place: what deidentikit's image file types share."""
