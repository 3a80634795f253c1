"""The description of the API, as people read it: endpoints, parameters, refusals, fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from portal.api.openapi.document import Document, read_document
from portal.api.openapi.parameters import TEXT

Schema = Mapping[str, Any]  # JSON Schema, whose values have many types
LIST: Final = "list_customers"


@dataclass(frozen=True)
class Parameter:
    """What can be asked for, in which form; `values` are all that there are, if they are few."""

    name: str
    place: str
    kind: str
    description: str
    values: list[str]
    is_several: bool


@dataclass(frozen=True)
class Endpoint:
    """An address that answers."""

    name: str
    path: str
    summary: str
    parameters: list[Parameter]

    @property
    def choices(self) -> list[Parameter]:
        """The parameters of the query string."""
        return [each for each in self.parameters if each.place == "query"]


@dataclass(frozen=True)
class Refusal:
    """A status, when it is answered, and with which body."""

    status: str
    reason: str
    body: str


@dataclass(frozen=True)
class Field:
    """What a customer has."""

    name: str
    kind: str
    description: str


def read_endpoints(organizer: str) -> list[Endpoint]:
    """Every endpoint, its path filled in for the organizer with this short name."""
    return [
        Endpoint(
            operation["operationId"],
            path.replace("{organizer}", organizer),
            operation["summary"],
            [_parameter(each) for each in operation["parameters"] if each["name"] != "organizer"],
        )
        for path, operation in _operations(read_document())
    ]


def read_refusals() -> list[Refusal]:
    """Everything that can be refused, each once, by status."""
    found = [
        Refusal(status, example["description"], json.dumps(example["value"], ensure_ascii=False))
        for _path, operation in _operations(read_document())
        for status, answer in operation["responses"].items()
        if status >= "400"
        for example in answer["content"]["application/json"]["examples"].values()
    ]
    return sorted(dict.fromkeys(found), key=lambda refusal: refusal.status)


def read_fields() -> list[Field]:
    """The fields of a customer in their order."""
    customer = read_document()["components"]["schemas"]["Customer"]
    return [
        Field(name, kind_of(schema), schema.get("description", ""))
        for name, schema in customer["properties"].items()
    ]


def kind_of(schema: Schema) -> str:
    """What a value looks like, in a few words."""
    if kinds := schema.get("anyOf"):
        # Text is what is left where a number may be anything.
        return _(" or ").join(kind_of(each) for each in kinds if each != TEXT)
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return _(" or ").join(str(value) for value in values)
    return _kind_of_type(schema)


def _kind_of_type(schema: Schema) -> str:
    match schema.get("type"):
        case [*types]:
            return _(" or ").join(
                "null" if each == "null" else kind_of({**schema, "type": each}) for each in types
            )
        case "array":
            return _kind_of_several(schema["items"])
        case "integer":
            return _number(schema)
        case "boolean":
            return _("true or false")
        case "object":
            return _("object")
    return {"date": _("day"), "date-time": _("time")}.get(schema.get("format", ""), _("text"))


def _kind_of_several(schema: Schema) -> str:
    if values := schema.get("enum"):
        return _("any of %(values)s") % {"values": ", ".join(values)}
    return _("%(kind)s, several") % {"kind": kind_of(schema)}


def _number(schema: Schema) -> str:
    if "maximum" in schema:
        return _("%(least)d to %(most)d") % {"least": schema["minimum"], "most": schema["maximum"]}
    return _("number")


def _operations(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        yield path, methods["get"]


def _parameter(described: Mapping[str, Any]) -> Parameter:
    schema = described["schema"]
    return Parameter(
        described["name"],
        described["in"],
        kind_of(schema),
        described.get("description", ""),
        _values(schema),
        schema.get("type") == "array",
    )


def _values(schema: Schema) -> list[str]:
    if schema.get("type") == "boolean":
        return ["true", "false"]
    return list(schema.get("items", schema).get("enum", []))
