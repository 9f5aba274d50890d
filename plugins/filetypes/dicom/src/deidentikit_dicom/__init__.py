"""DICOM files for deidentikit, edited in place."""
