"""Two independent readers of pictures: zxing-cpp, and zbar through its C library."""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import cache
from typing import Any

import pytest
import zxingcpp
from PIL import Image

_Y800 = int.from_bytes(b"Y800", "little")


_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


def qr_codes(picture: Image.Image) -> list[zxingcpp.Barcode]:
    """The QR codes in a picture. Asked for any kind, the reader now and then takes rows of modules for bars."""
    return zxingcpp.read_barcodes(picture, formats=_QR)


def by_zxing(picture: Image.Image) -> str:
    """The text of the first code in a grey picture, or nothing."""
    found = qr_codes(picture)
    return found[0].text if found else ""


@cache
def _zbar() -> Any:
    name = ctypes.util.find_library("zbar")
    if name is None:
        pytest.skip("libzbar0 is not installed")
    library = ctypes.CDLL(name)
    for function in (
        "zbar_image_scanner_create",
        "zbar_image_create",
        "zbar_image_first_symbol",
        "zbar_symbol_get_data",
    ):
        getattr(library, function).restype = ctypes.c_void_p
    library.zbar_symbol_get_data.restype = ctypes.c_char_p
    return library


@cache
def _scanner() -> ctypes.c_void_p:
    made = ctypes.c_void_p(_zbar().zbar_image_scanner_create())
    _zbar().zbar_image_scanner_set_config(made, 0, 0, 1)
    return made


def by_zbar(picture: Image.Image) -> str:
    """As ``by_zxing``."""
    library, data = _zbar(), picture.tobytes()
    image = ctypes.c_void_p(library.zbar_image_create())
    try:
        library.zbar_image_set_format(image, ctypes.c_ulong(_Y800))
        library.zbar_image_set_size(image, picture.width, picture.height)
        library.zbar_image_set_data(image, data, ctypes.c_ulong(len(data)), None)
        if library.zbar_scan_image(_scanner(), image) < 1:
            return ""
        symbol = ctypes.c_void_p(library.zbar_image_first_symbol(image))
        text: bytes = library.zbar_symbol_get_data(symbol)
        return text.decode()
    finally:
        library.zbar_image_destroy(image)
