"""Metadata of pictures that can identify a person, for `FileType.catalogues`.

Names are those of EXIF 3.0 (CIPA DC-008), XMP (ISO 16684-1, and the namespaces of Photoshop, IPTC and
Adobe) and IPTC IIM 4.2. No standard says which of them identify a person: the choice is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from deidentikit.identifiers import Catalogue, Identifier

EXIF: Final = "EXIF"
GPS: Final = "GPS"
XMP: Final = "XMP"
IPTC: Final = "IPTC"
_SOURCE: Final = (
    "Chosen by deidentikit from the names of EXIF 3.0, XMP and IPTC IIM 4.2; no standard says which of them identify a"
    " person. Other programs may write others."
)
_TABLE: Final = {
    EXIF: """
Artist A Artist
Photographer A Photographer
ImageEditor A Image editor
CameraOwnerName A Owner of the camera
XPAuthor A Author (Windows)
Copyright A Copyright notice
ImageDescription - Image description
ImageTitle - Image title
UserComment - User comment
XPTitle - Title (Windows)
XPSubject - Subject (Windows)
XPComment - Comment (Windows)
XPKeywords - Keywords (Windows)
DocumentName - Name of the document
PageName - Name of the page
DateTime C Date and time of the last change
DateTimeOriginal C Date and time of the exposure
DateTimeDigitized C Date and time of digitizing
PreviewDateTime C Date and time of the preview
BodySerialNumber M Serial number of the camera
CameraSerialNumber M Serial number of the camera (DNG)
LensSerialNumber M Serial number of the lens
HostComputer M Computer that made the file
ImageUniqueID R Unique number of the image
MakerNote MR Maker note, readable by the maker alone
""",
    GPS: """
GPSLatitude B Latitude
GPSLongitude B Longitude
GPSAltitude B Altitude
GPSDestLatitude B Latitude of the destination
GPSDestLongitude B Longitude of the destination
GPSAreaInformation B Name of the area
GPSDateStamp C Date of the position
""",
    XMP: """
dc:creator A Creator
dc:rights A Rights
dc:title - Title
dc:description - Description
dc:subject - Keywords
photoshop:CaptionWriter A Writer of the caption
photoshop:Credit A Credit line
photoshop:Source A Source
photoshop:City B City
photoshop:DateCreated C Date created
xmp:CreateDate C Date created
xmp:ModifyDate C Date changed
xmp:MetadataDate C Date of the metadata
exif:DateTimeOriginal C Date and time of the exposure
exif:GPSLatitude B Latitude
exif:GPSLongitude B Longitude
exif:UserComment - User comment
tiff:Artist A Artist
tiff:ImageDescription - Image description
aux:OwnerName A Owner of the camera
aux:SerialNumber M Serial number of the camera
exifEX:CameraOwnerName A Owner of the camera
exifEX:BodySerialNumber M Serial number of the camera
Iptc4xmpCore:Location B Location
Iptc4xmpCore:CreatorContactInfo ABDFN How to reach the creator
Iptc4xmpExt:PersonInImage A Person in the image
mwg-rs:Regions AQ Faces in the image, with names
xmpMM:DocumentID R Number of the document
xmpMM:OriginalDocumentID R Number of the original document
xmpMM:InstanceID R Number of this version
xmpRights:WebStatement N Address of the rights statement
""",
    IPTC: """
IPTC.Byline A Author
IPTC.CaptionWriter A Writer of the caption
IPTC.Credit A Credit line
IPTC.Source A Source
IPTC.CopyrightNotice A Copyright notice
IPTC.Contact ADF Contact
IPTC.ObjectName - Title
IPTC.Headline - Headline
IPTC.Caption - Caption
IPTC.Keywords - Keywords
IPTC.SpecialInstructions - Instructions
IPTC.City B City
IPTC.Sublocation B Location within a city
IPTC.DateCreated C Date created
IPTC.DigitalCreationDate C Date of digitizing
IPTC.DateSent C Date sent
IPTC.ReleaseDate C Date of release
IPTC.OriginalTransmissionReference R Number of the transmission
IPTC.UniqueDocumentID R Unique number of the document
IPTC.OwnerID R Number of the owner
""",
}


def catalogue(holders: Iterable[str], more: Iterable[Identifier] = ()) -> Catalogue:
    """The list for a file type.

    holders : of `EXIF`, `GPS`, `XMP`, `IPTC`, those that the type can hold
    more : what it holds beside them
    """
    listed = [identifier for holder in holders for identifier in _read(holder)]
    return Catalogue("Identifying metadata of pictures", _SOURCE, (*listed, *more))


def _read(holder: str) -> Iterator[Identifier]:
    for line in _TABLE[holder].strip().splitlines():
        name, letters, title = line.split(" ", 2)
        where = f" ({holder})" if holder in (XMP, IPTC) else ""
        yield Identifier(name, f"{title}{where}", letters.strip("-"), place=name.removeprefix("IPTC."))
