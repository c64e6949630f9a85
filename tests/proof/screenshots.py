"""`python -m tests.proof.screenshots`: every page at 360 and 1280 px, light and dark, into build/screenshots."""

from services.common.env import ROOT
from tests.support.whole_shop import running_shop
from tests.whole.browser.chromium import SCHEMES, WIDTHS, chromium
from tests.whole.browser.shopping import SIGNED_OUT, console_of, furnished, sign_in_as_staff

FOLDER = ROOT / "build" / "screenshots"
LANGUAGES = ("en-GB", "ru-RU")
LOAD_LAZY_PICTURES = "document.querySelectorAll('img[loading=lazy]').forEach(each => each.loading = 'eager')"


def take(page, paths, name_of):
    for name, path in paths.items():
        page.goto(path, wait_until="networkidle")
        page.evaluate(LOAD_LAZY_PICTURES)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=FOLDER / name_of(name), full_page=True)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_shop() as shop, chromium() as browser:
        context = browser.new_context(base_url=shop.ui_url, locale="en-GB")
        pages = furnished(context.new_page())
        state = context.storage_state()
        staff = browser.new_context(base_url=shop.ui_url, locale="en-GB")
        sign_in_as_staff(staff.new_page())
        console, as_staff = console_of(pages["order-paid"]), staff.storage_state()
        for language in LANGUAGES:
            for width in WIDTHS:
                for scheme in SCHEMES:
                    shape = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "locale": language}

                    def name_of(name, tail=f"{language[:2]}-{width}-{scheme}.png"):
                        return f"{name}-{tail}"

                    for paths, cookies in ((pages, state), (console, as_staff), (SIGNED_OUT, None)):
                        context = browser.new_context(base_url=shop.ui_url, storage_state=cookies, **shape)
                        take(context.new_page(), paths, name_of)
                        context.close()
    print(f"{len(list(FOLDER.glob('*.png')))} screenshots in {FOLDER.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
