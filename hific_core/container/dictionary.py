"""What metadata blocks have in common, as a preset dictionary of zlib (RFC 1950, section 2.2, FDICT).

A photograph's colour profile is often the same one, of 3 kB, and half of a small file. Two thirds of it are the curve
of sRGB (IEC 61966-2-1) as a table, which is computed here; of the rest, the tags, numbers and names that profiles of
displays share (ICC.1) stand here, and for XMP its namespaces and properties (ISO 16684). So that profile comes back
byte for byte from a seventh of the bytes that it took. Files refer to every byte of this: it never changes, which
its Adler-32 in each of them guards; another dictionary would be another method.
"""

import struct
from functools import cache
from typing import Final

_XMP_NAMESPACES: Final = {
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "stRef": "http://ns.adobe.com/xap/1.0/sType/ResourceRef#",
    "stEvt": "http://ns.adobe.com/xap/1.0/sType/ResourceEvent#",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
_XMP_PROPERTIES: Final = {
    "exif": "ExifVersion FlashpixVersion ColorSpace PixelXDimension PixelYDimension DateTimeOriginal DateTimeDigitized "
    "ExposureTime FNumber ExposureProgram ShutterSpeedValue ApertureValue ExposureBiasValue MaxApertureValue "
    "SubjectDistance MeteringMode LightSource FocalLength SensingMethod FileSource SceneType CustomRendered "
    "ExposureMode WhiteBalance FocalLengthIn35mmFilm SceneCaptureType GainControl Contrast Saturation Sharpness "
    "ISOSpeedRatings GPSLatitude GPSLongitude",
    "tiff": "Make Model Orientation XResolution YResolution ResolutionUnit ImageWidth ImageLength BitsPerSample",
    "aux": "SerialNumber LensInfo Lens LensID ImageNumber FlashCompensation Firmware",
    "photoshop": "ColorMode ICCProfile DateCreated City State Country Credit Headline",
    "xmpMM": "DocumentID InstanceID OriginalDocumentID DerivedFrom History",
    "stEvt": "action instanceID when softwareAgent changed parameters",
    "dc": "format creator title description subject rights",
    "xmp": "CreatorTool CreateDate ModifyDate MetadataDate Rating",
}
_XMP_FRAME: Final = (
    ' rdf:parseType="Resource"><rdf:Alt>\n<rdf:li xml:lang="x-default"></rdf:li>\n</rdf:Alt><rdf:Bag>\n<rdf:li>'
    "</rdf:li>\n</rdf:Bag><rdf:Seq>\n<rdf:li></rdf:li>\n</rdf:Seq></rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
    '<?xpacket end="w"?><?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 5.6-c140 XMP Core 5.5.0">\n'
    ' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n  <rdf:Description rdf:about=""\n    xmlns:'
)
_ICC_NAMES: Final = (
    "Display P3",
    "Adobe RGB (1998)",
    "sRGB IEC61966-2.1",
    "IEC http://www.iec.ch",
    "IEC 61966-2.1 Default RGB colour space - sRGB",
    "Reference Viewing Condition in IEC61966-2.1",
)
_WHITE: Final = bytes.fromhex("0000f6d6000100000000d32d")
"""D50 in 16.16 bits, which the head of every profile names."""
_COLUMNS: Final = {
    "Adobe RGB (1998)": ("00009c1800004fa5000004fc", "0000348d0000a02c00000f95", "000026310000102f0000be9c"),
    "Display P3": ("000083df00003dbfffffffbb", "00004abf0000b13700000ab9", "00002838000011090000c8b9"),
    "sRGB": ("00006fa2000038f500000390", "000062990000b785000018da", "000024a000000f840000b6cf"),
}
"""Red, green and blue as XYZ under D50 (Bradford), in 16.16 bits."""


@cache
def dictionary() -> bytes:
    """7 kB; what is found most often stands at its end, since near matches cost least."""
    return _xmp() + _icc()


def _xmp() -> bytes:
    properties = "".join(
        f"<{prefix}:{name}></{prefix}:{name}>\n" for prefix, names in _XMP_PROPERTIES.items() for name in names.split()
    )
    namespaces = "".join(f'    xmlns:{prefix}="{address}"\n' for prefix, address in _XMP_NAMESPACES.items())
    return (properties + namespaces + _XMP_FRAME).encode()


def _icc() -> bytes:
    names = b"".join(_described(each) for each in _ICC_NAMES)
    columns = b"".join(b"XYZ " + bytes(4) + bytes.fromhex(each) for three in _COLUMNS.values() for each in three)
    head = b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28) + _WHITE
    tags = b"".join(tag.encode() for tag in ("desc", "cprt", "wtpt", "bkpt", "chad", "rXYZ", "gXYZ", "bXYZ", "rTRC"))
    return names + tags + columns + head + srgb_table()


def _described(name: str) -> bytes:
    """A text as profiles of version 2 have it: ASCII, and a name for Macintosh that is the same or none."""
    text = name.encode() + b"\0"
    return b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(10) + struct.pack(">H", len(text)) + text


def srgb_table() -> bytes:
    """The curve of sRGB as the tag of 1,024 16-bit numbers that profiles of version 2 have.

    No value is nearer than 7e-5 to where it would be rounded otherwise, so that any machine computes the same.
    """
    shares = [number / 1023 for number in range(1024)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in shares]
    return b"curv" + bytes(4) + struct.pack(">I1024H", 1024, *(int(65535 * each + 0.5) for each in linear))
