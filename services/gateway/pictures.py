"""Product pictures: drawn by hand for the demo catalogue, made from the slug where staff add a product."""

import hashlib
from functools import lru_cache

from django.conf import settings

CACHE_SIZE = 500  # anybody may ask for any slug
DRAWN_FOLDER = settings.BASE_DIR / "static" / "gateway" / "products"
# The palette of the drawn pictures: background, shape, shape, accent.
PALETTES = (
    ("#f3e3d0", "#c9704c", "#e5b454", "#3f3a52"),
    ("#dfe9e2", "#4f7f72", "#9dbfa9", "#e5b454"),
    ("#e4e2f0", "#6b649c", "#a9a2d0", "#e08a6b"),
    ("#f6e0dc", "#c05b5b", "#e9a48f", "#4f7f72"),
    ("#dde8ef", "#41708c", "#8fb6cc", "#f0c36a"),
)


@lru_cache(maxsize=CACHE_SIZE)
def picture_of(slug: str) -> bytes:
    """The SVG of a product; the same slug has always the same one."""
    path = DRAWN_FOLDER / f"{slug}.svg"
    return path.read_bytes() if path.is_file() else make_picture(slug).encode()


@lru_cache(maxsize=CACHE_SIZE)
def fingerprint(slug: str) -> str:
    """Changes when the picture does."""
    return hashlib.sha256(picture_of(slug)).hexdigest()[:16]


def make_picture(slug: str) -> str:
    """A parcel with a ribbon; colours, size and pattern come from the slug alone."""
    digest = hashlib.sha256(slug.encode()).digest()
    ground, body, light, accent = PALETTES[digest[0] % len(PALETTES)]
    side, ribbon = 66 + digest[1] % 24, 12 + digest[2] % 8
    left, top = 80 - side // 2, 124 - side
    dots = "".join(
        f'<circle cx="{16 + digest[3 + i] % 128}" cy="{14 + digest[9 + i] % 34}" r="{2 + digest[15 + i] % 3}"/>'
        for i in range(6)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 160" width="160" height="160">'
        f'<rect width="160" height="160" fill="{ground}"/>'
        f'<g fill="{light}" opacity=".7">{dots}</g>'
        f'<ellipse cx="80" cy="126" rx="{side * 0.7:.0f}" ry="8" fill="#2b2638" opacity=".14"/>'
        f'<rect x="{left}" y="{top}" width="{side}" height="{side}" rx="8" fill="{body}"/>'
        f'<rect x="{left - 4}" y="{top - 4}" width="{side + 8}" height="20" rx="6" fill="{light}"/>'
        f'<rect x="{80 - ribbon // 2}" y="{top - 4}" width="{ribbon}" height="{side + 4}" fill="{accent}"/>'
        f'<path d="M80 {top - 4}c-8-20-30-20-26-8 2 8 16 8 26 8Zm0 0c8-20 30-20 26-8-2 8-16 8-26 8Z" fill="{accent}"/>'
        "</svg>"
    )
