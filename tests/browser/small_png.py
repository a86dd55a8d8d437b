"""A screenshot with a palette of 256 colours instead of millions: a quarter of the bytes.

The browser that took it counts the colours, since it reads pixels much faster than Python does.
Beside the commonest colours one of each hue is kept, so that a small red icon stays red.
"""

from __future__ import annotations

import base64
import struct
import zlib

from playwright.sync_api import Page

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BEST = 9

TO_PALETTE = """async (encoded) => {
  const image = new Image();
  image.src = "data:image/png;base64," + encoded;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const common = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  const rough = (colour) => colour & 0xf0f0f0;
  const hues = new Map();
  for (const colour of common) if (!hues.has(rough(colour))) hues.set(rough(colour), colour);
  const chosen = new Set([...common.slice(0, 64), ...hues.values(), ...common.slice(64, 256)]);
  const palette = [...chosen].slice(0, 256);
  const places = new Map(palette.map((colour, place) => [colour, place]));
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const known = palette.map(parts);
  const nearest = (colour) => {
    const [red, green, blue] = parts(colour);
    let best = 0, least = Infinity;
    known.forEach(([r, g, b], place) => {
      const off = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (off < least) [best, least] = [place, off];
    });
    places.set(colour, best);
    return best;
  };
  const indexed = new Uint8Array(pixels.length);
  pixels.forEach((pixel, at) => { indexed[at] = places.get(pixel) ?? nearest(pixel); });
  let text = "";
  for (let at = 0; at < indexed.length; at += 32768)
    text += String.fromCharCode(...indexed.subarray(at, at + 32768));
  return { width: image.width, height: image.height, palette: known.flat(), indexed: btoa(text) };
}"""


def small_png(png: bytes, page: Page) -> bytes:
    """The same picture; ``page`` must allow pictures from data, as ``about:blank`` does."""
    found = page.evaluate(TO_PALETTE, base64.b64encode(png).decode())
    width, height = found["width"], found["height"]
    pixels = base64.b64decode(found["indexed"])
    lines = b"".join(b"\0" + pixels[at : at + width] for at in range(0, width * height, width))
    return b"".join(
        (
            SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(found["palette"])),
            _chunk(b"IDAT", zlib.compress(lines, BEST)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
