"""Badges: an SVG that needs nothing from anywhere, and the JSON that shields.io makes one of."""

from __future__ import annotations

import json
from html import escape

from contract_tests.report import Report
from contract_tests.results import Subject
from contract_tests.table import verdict

# Dark enough for white letters (WCAG AA).
_GREEN, _AMBER, _RED, _GREY = "2e7d32", "8a6100", "b71c1c", "444444"
_LETTER, _PADDING, _HEIGHT = 6.6, 7, 20


def badge(report: Report, name: str) -> str:
    """Return the text of a badge file: shields.io's endpoint form where its name ends with ``.json``, else an SVG."""
    return endpoint(report) if name.endswith(".json") else svg(report)


def endpoint(report: Report) -> str:
    """Return what https://shields.io/badges/endpoint-badge reads."""
    plain = {"schemaVersion": 1, "label": _label(report), "message": _message(report), "color": _colour(report)}
    return json.dumps(plain | {"isError": not report.holds}, ensure_ascii=False) + "\n"


def svg(report: Report) -> str:
    """Return a badge whose title says the verdicts in words."""
    label, message = _label(report), _message(report)
    left, right = _width(label), _width(message)
    title = escape("; ".join(verdict(subject, report.contract) for subject in report.subjects) or message)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" role="img" aria-label="{title}">\n'
        f"<title>{title}</title>\n"
        # A rounded whole in the message's colour, and the label's half upon it. No ids: pages have several badges.
        f'<rect width="{left + right}" height="{_HEIGHT}" rx="3" fill="#{_colour(report)}"/>\n'
        f'<path d="M{left} 0v{_HEIGHT}H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#{_GREY}"/>\n'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">\n'
        f"{_text(label, 0, left)}{_text(message, left, right)}</g>\n</svg>\n"
    )


def _label(report: Report) -> str:
    return f"contract {report.contract}"


def _message(report: Report) -> str:
    return " · ".join(_told(subject) for subject in report.subjects) or "nobody tested"


def _told(subject: Subject) -> str:
    return f"{subject.family} {subject.count('met', level='MUST')}/{subject.applying('MUST')}"


def _colour(report: Report) -> str:
    if not report.holds:
        return _RED
    partly = any(subject.count("opted out") or subject.mostly_unsupported for subject in report.subjects)
    return _AMBER if partly else _GREEN


def _width(text: str) -> int:
    return round(len(text) * _LETTER) + 2 * _PADDING


def _text(text: str, x: int, width: int) -> str:
    """Return a text as wide as its half, whatever font there is."""
    length = width - 2 * _PADDING
    return (
        f'<text x="{x + _PADDING}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>\n'
    )
