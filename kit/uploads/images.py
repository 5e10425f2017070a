"""What both kinds of images share: how large one may be, and a decoder that must get through it."""

import io
import warnings

from PIL import Image

from kit.uploads.errors import UploadBomb, UploadMalformed

# The largest sensors of phones in ordinary use give 8192 x 6144 = 50.3 million pixels.
MAX_PIXELS = 64_000_000
MAX_SIDE = 30_000
MAX_DESCRIPTIONS = 4 * 1024 * 1024


def check_size(width: int, height: int) -> None:
    if not width or not height:
        raise UploadMalformed("no width or no height")
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise UploadBomb(f"{width} x {height} pixels")


def decode(content: bytes, form: str) -> None:
    """Have Pillow read all of it. A JPEG is decoded small, which reads all the same and takes a fraction of the memory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(content), formats=[form]) as image:
                check_size(*image.size)
                image.draft(None, (image.width // 8 or 1, image.height // 8 or 1))
                image.load()
        except Image.DecompressionBombError as error:
            raise UploadBomb("too many pixels") from error
        except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, OverflowError) as error:
            raise UploadMalformed("it cannot be decoded") from error
