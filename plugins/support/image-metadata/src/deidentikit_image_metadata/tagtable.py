"""Numbers, names, types and counts of tags, one table for each space of numbers.

Sources: TIFF 6.0 (Adobe), its supplements 1 and 2 and BigTIFF; EXIF 2.32 (CIPA DC-008-2019) and the tags
that version 3.0 adds; TIFF/EP (ISO 12234-2) and DNG 1.6 where readers meet them; private tags that
Adobe, Microsoft, ESRI/GeoTIFF, NIH, makers of microscopes and slide scanners, and others published.

A line holds hexadecimal number, name, type letter and count (0: any). Types: A ASCII, B BYTE, S SHORT,
L LONG, N LONG (also SHORT), R RATIONAL, U UNDEFINED, s SSHORT, l SLONG, r SRATIONAL, F FLOAT, D DOUBLE.
"""

from __future__ import annotations

from typing import Final

TIFF: Final = """
000B ProcessingSoftware A 0
00FE NewSubfileType L 1
00FF SubfileType S 1
0100 ImageWidth N 1
0101 ImageLength N 1
0102 BitsPerSample S 0
0103 Compression S 1
0106 PhotometricInterpretation S 1
0107 Threshholding S 1
0108 CellWidth S 1
0109 CellLength S 1
010A FillOrder S 1
010D DocumentName A 0
010E ImageDescription A 0
010F Make A 0
0110 Model A 0
0111 StripOffsets N 0
0112 Orientation S 1
0115 SamplesPerPixel S 1
0116 RowsPerStrip N 1
0117 StripByteCounts N 0
0118 MinSampleValue S 0
0119 MaxSampleValue S 0
011A XResolution R 1
011B YResolution R 1
011C PlanarConfiguration S 1
011D PageName A 0
011E XPosition R 1
011F YPosition R 1
0120 FreeOffsets L 0
0121 FreeByteCounts L 0
0122 GrayResponseUnit S 1
0123 GrayResponseCurve S 0
0124 T4Options L 1
0125 T6Options L 1
0128 ResolutionUnit S 1
0129 PageNumber S 2
012C ColorResponseUnit S 1
012D TransferFunction S 0
0131 Software A 0
0132 DateTime A 20
013B Artist A 0
013C HostComputer A 0
013D Predictor S 1
013E WhitePoint R 2
013F PrimaryChromaticities R 6
0140 ColorMap S 0
0141 HalftoneHints S 2
0142 TileWidth N 1
0143 TileLength N 1
0144 TileOffsets N 0
0145 TileByteCounts N 0
0146 BadFaxLines N 1
0147 CleanFaxData S 1
0148 ConsecutiveBadFaxLines N 1
014A SubIFDs L 0
014C InkSet S 1
014D InkNames A 0
014E NumberOfInks S 1
0150 DotRange S 0
0151 TargetPrinter A 0
0152 ExtraSamples S 0
0153 SampleFormat S 0
0154 SMinSampleValue D 0
0155 SMaxSampleValue D 0
0156 TransferRange S 6
0157 ClipPath B 0
0158 XClipPathUnits L 1
0159 YClipPathUnits L 1
015A Indexed S 1
015B JPEGTables U 0
015F OPIProxy S 1
0190 GlobalParametersIFD L 1
0191 ProfileType L 1
0192 FaxProfile B 1
0193 CodingMethods L 1
0194 VersionYear B 4
0195 ModeNumber B 1
01B1 Decode r 0
01B2 DefaultImageColor S 0
01B3 T82Options L 1
0200 JPEGProc S 1
0201 JPEGInterchangeFormat L 1
0202 JPEGInterchangeFormatLength L 1
0203 JPEGRestartInterval S 1
0205 JPEGLosslessPredictors S 0
0206 JPEGPointTransforms S 0
0207 JPEGQTables L 0
0208 JPEGDCTables L 0
0209 JPEGACTables L 0
0211 YCbCrCoefficients R 3
0212 YCbCrSubSampling S 2
0213 YCbCrPositioning S 1
0214 ReferenceBlackWhite R 6
022F StripRowCounts L 0
02BC XMP B 0
03E7 USPTOMiscellaneous U 0
4746 Rating S 1
4749 RatingPercent S 1
800D ImageID A 0
80A3 WangTag1 B 0
80A4 WangAnnotation B 0
80A5 WangTag3 U 0
80A6 WangTag4 U 0
80BC AffineTransformMat D 0
80E3 Matteing S 1
80E4 DataType S 0
80E5 ImageDepth N 1
80E6 TileDepth N 1
8214 ImageFullWidth L 1
8215 ImageFullHeight L 1
8216 TextureFormat A 0
8217 TextureWrapModes A 0
8218 FieldOfViewCotangent F 1
8219 MatrixWorldToScreen F 16
821A MatrixWorldToCamera F 16
828D CFARepeatPatternDim S 2
828E CFAPattern2 B 0
828F BatteryLevel R 1
8298 Copyright A 0
82A5 MDFileTag L 1
82A6 MDScalePixel R 1
82A7 MDColorTable S 0
82A8 MDLabName A 0
82A9 MDSampleInfo A 0
82AA MDPrepDate A 0
82AB MDPrepTime A 0
82AC MDFileUnits A 0
82BF OlympusINI A 0
830E ModelPixelScale D 3
8318 OlympusSIS U 0
835C UIC1Tag L 0
835D UIC2Tag R 0
835E UIC3Tag R 0
835F UIC4Tag L 0
83BB IPTC U 0
847E INGRPacketData S 0
847F INGRFlagRegisters L 0
8480 IrasBTransformationMatrix D 0
8482 ModelTiepoint D 0
84E0 Site A 0
84E1 ColorSequence A 0
84E2 IT8Header A 0
84E3 RasterPadding S 1
84E5 BitsPerExtendedRunLength S 1
84E6 ColorTable B 0
84E7 ImageColorIndicator B 1
84E8 BackgroundColorIndicator B 1
84E9 ImageColorValue B 0
84EA BackgroundColorValue B 0
8546 CZSEM U 0
854A IPLAB U 0
85B8 PixelMagicJBIGOptions L 0
85D7 SEMInfo A 0
85D8 ModelTransformation D 16
8639 MMHeader U 0
863A MMStamp D 8
863B MMUnknown U 0
8649 PhotoshopSettings B 0
8652 MMUserBlock U 0
866C CZLSMInfo U 0
8769 ExifIFD L 1
8773 InterColorProfile U 0
8778 FEISFEG A 0
877A FEIHELIOS A 0
877B FEITITAN A 0
8796 MarCCD U 0
87AC ImageLayer N 2
87AF GeoKeyDirectory S 0
87B0 GeoDoubleParams D 0
87B1 GeoAsciiParams A 0
8825 GPSIFD L 1
885C FaxRecvParams L 1
885D FaxSubAddress A 0
885E FaxRecvTime L 1
885F FaxDCS A 0
8871 FEDEXEDR A 0
923F StoNits D 1
932F MODIText U 0
9330 MODIOLEPropertySetStorage U 0
9331 MODIPositioning U 0
9345 AgilentBinary U 0
9346 AgilentString A 0
934A TVIPS U 0
934B TVIPS1 U 0
934C TVIPS2 U 0
935C ImageSourceData U 0
9C9B XPTitle B 0
9C9C XPComment B 0
9C9D XPAuthor B 0
9C9E XPKeywords B 0
9C9F XPSubject B 0
A480 GDALMetadata A 0
A481 GDALNoData A 0
A932 NIHImageHeader U 0
BC01 PixelFormat B 16
BC02 Transformation L 1
BC03 Uncompressed L 1
BC04 ImageType L 1
BC80 WDPImageWidth L 1
BC81 WDPImageHeight L 1
C427 OceScanjobDescription A 0
C428 OceApplicationSelector A 0
C429 OceIdentificationNumber A 0
C42A OceImageLogicCharacteristics A 0
C4A5 PrintImageMatching U 0
C53F PCORAW A 0
C580 USPTOOriginalContentType A 0
C5F2 LercParameters L 0
C612 DNGVersion B 4
C613 DNGBackwardVersion B 4
C614 UniqueCameraModel A 0
C615 LocalizedCameraModel A 0
C616 CFAPlaneColor B 0
C617 CFALayout S 1
C618 LinearizationTable S 0
C61A BlackLevel R 0
C61D WhiteLevel L 0
C62F CameraSerialNumber A 0
C630 LensInfo R 4
C634 DNGPrivateData B 0
C635 MakerNoteSafety S 1
C65D RawDataUniqueID B 16
C68B OriginalRawFileName A 0
C68C OriginalRawFileData U 0
C68D ActiveArea N 4
C68F AsShotICCProfile U 0
C691 CurrentICCProfile U 0
C696 ImageJCounts L 0
C697 ImageJMetadata B 0
C6DD GEOMetadata A 0
C6F3 CameraCalibrationSignature A 0
C6F8 ProfileName A 0
C6FE ProfileCopyright A 0
C716 PreviewApplicationName A 0
C717 PreviewApplicationVersion A 0
C718 PreviewSettingsName A 0
C71A PreviewColorSpace L 1
C71B PreviewDateTime A 0
C74F FibicsXML A 0
C763 TimeCodes B 0
C764 FrameRate r 1
C789 ReelName A 0
C7A1 CameraLabel A 0
C7B3 MicroManagerMetadata A 0
C7B5 DefaultUserCrop R 4
C7D7 ZIFMetadata A 0
C7D8 ZIFAnnotations A 0
D6D8 AperioUnknown55000 U 0
D6D9 AperioMagnification N 1
D6DA AperioMPP D 1
D6DB AperioScanScopeID A 0
D6DC AperioDate A 0
FE03 JEOLHeader U 0
FEB0 FlexXML A 0
FF8C NDPIVersion L 1
FF8D NDPIMagnification F 1
FF8E NDPIXOffset l 1
FF8F NDPIYOffset l 1
FF90 NDPIZOffset l 1
FF92 NDPIMcuStarts L 0
FF93 NDPISlideLabel A 0
FF94 NDPIAuthCode A 0
FF98 NDPIMcuStartsHigh L 0
FFA2 NDPIScannerSerialNumber A 0
FFA9 NDPIProperties A 0
"""

EXIF: Final = """
829A ExposureTime R 1
829D FNumber R 1
8822 ExposureProgram S 1
8824 SpectralSensitivity A 0
8827 PhotographicSensitivity S 0
8828 OECF U 0
882A TimeZoneOffset s 0
882B SelfTimerMode S 1
8830 SensitivityType S 1
8831 StandardOutputSensitivity L 1
8832 RecommendedExposureIndex L 1
8833 ISOSpeed L 1
8834 ISOSpeedLatitudeyyy L 1
8835 ISOSpeedLatitudezzz L 1
9000 ExifVersion U 4
9003 DateTimeOriginal A 20
9004 DateTimeDigitized A 20
9010 OffsetTime A 7
9011 OffsetTimeOriginal A 7
9012 OffsetTimeDigitized A 7
9101 ComponentsConfiguration U 4
9102 CompressedBitsPerPixel R 1
9201 ShutterSpeedValue r 1
9202 ApertureValue R 1
9203 BrightnessValue r 1
9204 ExposureBiasValue r 1
9205 MaxApertureValue R 1
9206 SubjectDistance R 1
9207 MeteringMode S 1
9208 LightSource S 1
9209 Flash S 1
920A FocalLength R 1
9211 ImageNumber L 1
9212 SecurityClassification A 0
9213 ImageHistory A 0
9214 SubjectArea S 0
927C MakerNote U 0
9286 UserComment U 0
9290 SubSecTime A 0
9291 SubSecTimeOriginal A 0
9292 SubSecTimeDigitized A 0
9400 AmbientTemperature r 1
9401 Humidity R 1
9402 Pressure R 1
9403 WaterDepth r 1
9404 Acceleration R 1
9405 CameraElevationAngle r 1
A000 FlashpixVersion U 4
A001 ColorSpace S 1
A002 PixelXDimension N 1
A003 PixelYDimension N 1
A004 RelatedSoundFile A 13
A005 InteroperabilityIFD L 1
A20B FlashEnergy R 1
A20C SpatialFrequencyResponse U 0
A20E FocalPlaneXResolution R 1
A20F FocalPlaneYResolution R 1
A210 FocalPlaneResolutionUnit S 1
A214 SubjectLocation S 2
A215 ExposureIndex R 1
A217 SensingMethod S 1
A300 FileSource U 1
A301 SceneType U 1
A302 CFAPattern U 0
A401 CustomRendered S 1
A402 ExposureMode S 1
A403 WhiteBalance S 1
A404 DigitalZoomRatio R 1
A405 FocalLengthIn35mmFilm S 1
A406 SceneCaptureType S 1
A407 GainControl S 1
A408 Contrast S 1
A409 Saturation S 1
A40A Sharpness S 1
A40B DeviceSettingDescription U 0
A40C SubjectDistanceRange S 1
A420 ImageUniqueID A 33
A430 CameraOwnerName A 0
A431 BodySerialNumber A 0
A432 LensSpecification R 4
A433 LensMake A 0
A434 LensModel A 0
A435 LensSerialNumber A 0
A436 ImageTitle A 0
A437 Photographer A 0
A438 ImageEditor A 0
A439 CameraFirmware A 0
A43A RAWDevelopingSoftware A 0
A43B ImageEditingSoftware A 0
A43C MetadataEditingSoftware A 0
A460 CompositeImage S 1
A461 SourceImageNumberOfCompositeImage S 2
A462 SourceExposureTimesOfCompositeImage U 0
A500 Gamma R 1
EA1C Padding U 0
EA1D OffsetSchema l 1
FDE8 OwnerName A 0
FDE9 SerialNumber A 0
FDEA Lens A 0
"""

GPS: Final = """
0000 GPSVersionID B 4
0001 GPSLatitudeRef A 2
0002 GPSLatitude R 3
0003 GPSLongitudeRef A 2
0004 GPSLongitude R 3
0005 GPSAltitudeRef B 1
0006 GPSAltitude R 1
0007 GPSTimeStamp R 3
0008 GPSSatellites A 0
0009 GPSStatus A 2
000A GPSMeasureMode A 2
000B GPSDOP R 1
000C GPSSpeedRef A 2
000D GPSSpeed R 1
000E GPSTrackRef A 2
000F GPSTrack R 1
0010 GPSImgDirectionRef A 2
0011 GPSImgDirection R 1
0012 GPSMapDatum A 0
0013 GPSDestLatitudeRef A 2
0014 GPSDestLatitude R 3
0015 GPSDestLongitudeRef A 2
0016 GPSDestLongitude R 3
0017 GPSDestBearingRef A 2
0018 GPSDestBearing R 1
0019 GPSDestDistanceRef A 2
001A GPSDestDistance R 1
001B GPSProcessingMethod U 0
001C GPSAreaInformation U 0
001D GPSDateStamp A 11
001E GPSDifferential S 1
001F GPSHPositioningError R 1
"""

INTEROP: Final = """
0001 InteroperabilityIndex A 4
0002 InteroperabilityVersion U 4
1000 RelatedImageFileFormat A 0
1001 RelatedImageWidth N 1
1002 RelatedImageLength N 1
"""

ALIASES: Final = {
    "CreateDate": "DateTimeDigitized",
    "ModifyDate": "DateTime",
    "ImageHeight": "ImageLength",
    "ISOSpeedRatings": "PhotographicSensitivity",
    "ISO": "PhotographicSensitivity",
    "ExifTag": "ExifIFD",
    "ExifOffset": "ExifIFD",
    "ExifIFDPointer": "ExifIFD",
    "GPSTag": "GPSIFD",
    "GPSInfo": "GPSIFD",
    "GPSInfoIFDPointer": "GPSIFD",
    "InteroperabilityTag": "InteroperabilityIFD",
    "InteropOffset": "InteroperabilityIFD",
    "InteropIndex": "InteroperabilityIndex",
    "InteropVersion": "InteroperabilityVersion",
    "ExifImageWidth": "PixelXDimension",
    "ExifImageHeight": "PixelYDimension",
    "ExifInteroperabilityOffset": "InteroperabilityIFD",
    "ExposureCompensation": "ExposureBiasValue",
    "IPTCNAA": "IPTC",
    "RichTIFFIPTC": "IPTC",
    "ICCProfile": "InterColorProfile",
    "ImageResources": "PhotoshopSettings",
    "Photoshop": "PhotoshopSettings",
    "SubIFD": "SubIFDs",
    "IJMetadata": "ImageJMetadata",
    "IJMetadataByteCounts": "ImageJCounts",
    "ImageJMetadataByteCounts": "ImageJCounts",
    "XMLPacket": "XMP",
    "ModelPixelScaleTag": "ModelPixelScale",
    "ModelTiepointTag": "ModelTiepoint",
    "ModelTransformationTag": "ModelTransformation",
    "GeoKeyDirectoryTag": "GeoKeyDirectory",
    "GeoDoubleParamsTag": "GeoDoubleParams",
    "GeoAsciiParamsTag": "GeoAsciiParams",
    "SerialNumber": "BodySerialNumber",
    "OwnerName": "CameraOwnerName",
    "Thresholding": "Threshholding",
    "CompositeImageCount": "SourceImageNumberOfCompositeImage",
    "CompositeImageExposureTimes": "SourceExposureTimesOfCompositeImage",
    "IptcNaaInfo": "IPTC",
    "PhotoshopInfo": "PhotoshopSettings",
    "GPSInfoIFD": "GPSIFD",
    "ThumbnailOffset": "JPEGInterchangeFormat",
    "ThumbnailLength": "JPEGInterchangeFormatLength",
    "JpegIFOffset": "JPEGInterchangeFormat",
    "JpegIFByteCount": "JPEGInterchangeFormatLength",
}
"""Other names that readers and writers of these tags use."""
