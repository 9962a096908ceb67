#!/usr/bin/env python3
"""Pictures for README and docs: pictures.py RUN_PAGE COMPARISON_PAGE VALIDATION_PAGE FOLDER."""

import pathlib
import sys

from driver import Browser

SHOW = "const keep = arguments[0]; document.querySelector('.top').style.display = 'none'; for (const e of document.querySelectorAll('main > *, #charts-host > figure, #map-host > *, .corridorbox')) if (!keep.some(k => e.matches(k) || e.querySelector(k) || e.closest(k))) e.style.display = 'none'; for (const e of document.querySelectorAll('section')) e.style.margin = '18px 0'; document.querySelector('footer').style.display = 'none'; window.dispatchEvent(new Event('resize'))"
MOVE = "const s = document.getElementById('map-slider'); if (s) { s.value = arguments[0]; s.dispatchEvent(new Event('input', { bubbles: true })) }"


def main():
    run, comparison, validation, folder = *sys.argv[1:4], pathlib.Path(sys.argv[4])
    browser = Browser()
    try:
        for name, page, keep, width in (
            ("map", run, [".mapcard"], 1000),
            ("charts", run, ["#c-stock", "#c-season", "#c-chord", "#c-gdp"], 1120),
            ("answer", comparison, [".head", "#answer"], 1000),
            ("compare", comparison, ["#c-difference", "#c-attribution", "#c-diversion"], 1000),
            ("validate", validation, ["#answer", "#c-fits"], 1120),
        ):
            browser.open(page, width, 400)
            browser.run(MOVE, 103)  # August 2013, the peak of the hindcast
            browser.run(SHOW, keep)
            browser.wait("setTimeout(arguments[0], 400)")
            browser.picture(folder / f"{name}.png")
    finally:
        browser.close()


main()
