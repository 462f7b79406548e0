"""What a report was made from and what it shows, in words for its last page and as data inside the file."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
from typing import Any

from localgov_history.report import charts
from localgov_history.report import document as model

# What stands for the recipe and for the contents among the properties of a manifest.
RECIPE, SHOWN = "localgov_history recipe", "localgov_history contents"
_LIBRARIES = ("pandas", "plotly", "statsmodels", "typst")


def how_made(document: model.Document) -> list[str]:
    """What a reader needs to make the report again: versions, parameters, digests, command."""
    runs = []
    for notebook, parameters in document.runs:
        values = ", ".join(f"{key} = {json.dumps(value)}" for key, value in parameters.items())
        runs.append(f"Notebook {notebook}: {values or 'no parameters'}.")
    digests = ", ".join(f"{name} {digest[:12]}" for name, digest in document.digests.items())
    made = [
        f"Made with localgov_history {document.package_version} from data version {document.data_version} "
        f"({document.data_date}). The same inputs give the same report.",
        *runs,
    ]
    if digests:
        made.append(f"Tables read, with the start of the SHA-256 of each: {digests}.")
    return [*made, f"To make it again: {document.command}"]


def manifest(document: model.Document) -> dict[str, Any]:
    """What the report was made from and what it shows, as JSON-LD (schema.org Report); in the HTML and in the PDF."""
    software = [("localgov_history", document.package_version)]
    software += [(name, importlib.metadata.version(name)) for name in _LIBRARIES]
    return {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": document.title,
        "description": document.description,
        "inLanguage": document.theme.language,
        "version": document.data_version,
        "dateModified": document.data_date,
        "isBasedOn": [
            {"@type": "Dataset", "name": name, "identifier": f"sha256:{digest}"}
            for name, digest in document.digests.items()
        ],
        "citation": [source.full() for source in document.sources],
        "instrument": [
            {"@type": "SoftwareApplication", "name": name, "version": version} for name, version in software
        ],
        "additionalProperty": [
            *(_property(notebook, parameters) for notebook, parameters in document.runs),
            _property(RECIPE, {"report": document.name, "given": dict(document.given)}),
            _property(SHOWN, shown(document)),
        ],
    }


def value(manifest: dict[str, Any], name: str) -> Any:
    """A property of a manifest by its name; None where it has none."""
    for item in manifest.get("additionalProperty", []):
        if item.get("name") == name:
            return json.loads(item["value"])
    return None


def shown(document: model.Document) -> dict[str, str]:
    """What a report shows, each part with the start of the SHA-256 of its contents."""
    found = {"the key findings": _digest(document.findings), "the bibliography": _digest(document.sources)}
    text = []
    for block in document.blocks:
        if isinstance(block, model.FigureBlock):
            words = (block.title, block.caption, block.alt, block.note, block.csv, block.sources)
            found[f"figure {block.number}"] = _digest((*words, charts.digest(block.plot)))
        elif isinstance(block, model.TableBlock):
            found[f"table {block.number}"] = _digest(block)
        else:
            text.append(block)
    return found | {"the text": _digest(text)}


def _property(name: str, value: Any) -> dict[str, str]:
    return {"@type": "PropertyValue", "name": name, "value": json.dumps(value, ensure_ascii=False)}


def _digest(body: Any) -> str:
    plain = json.dumps(body, default=dataclasses.asdict, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
