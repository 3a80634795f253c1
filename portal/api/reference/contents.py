"""The contents of the API reference, read from the OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from portal.api.openapi.document import iterate_operations, read_document

Schema = Mapping[str, Any]  # JSON Schema, whose values have many types
LIST_OPERATION: Final = "list_customers"


@dataclass(frozen=True)
class DocumentedParameter:
    """A parameter of an endpoint; `location` is query, path or header."""

    name: str
    location: str
    type: str
    description: str
    values: list[str]  # the allowed values; empty if every value of the type is allowed
    is_repeatable: bool


@dataclass(frozen=True)
class DocumentedEndpoint:
    """A method of a path of the API."""

    name: str
    method: str
    path: str
    summary: str
    parameters: list[DocumentedParameter]
    values: list[DocumentedField]  # the fields of the request's body; empty without a body

    @property
    def query_parameters(self) -> list[DocumentedParameter]:
        """The parameters of the query string."""
        return [parameter for parameter in self.parameters if parameter.location == "query"]


@dataclass(frozen=True)
class ErrorResponse:
    """A response with an error: its status, the cause of the error, and its body."""

    status: str
    cause: str
    body: str


@dataclass(frozen=True)
class DocumentedField:
    """A field of a customer."""

    name: str
    type: str
    description: str


def read_endpoints(organizer: str) -> list[DocumentedEndpoint]:
    """All endpoints, whose paths contain the slug of the organizer."""
    return [
        DocumentedEndpoint(
            operation["operationId"],
            method.upper(),
            path.replace("{organizer}", organizer),
            operation["summary"],
            [
                _read_parameter(described)
                for described in operation["parameters"]
                if described["name"] != "organizer"
            ],
            _read_body_fields(operation),
        )
        for path, methods in read_document()["paths"].items()
        for method, operation in methods.items()
    ]


def read_errors() -> list[ErrorResponse]:
    """The errors of all endpoints, without duplicates, by status."""
    errors = [
        ErrorResponse(status, example["description"], _format_body(example["value"]))
        for operation in iterate_operations(read_document())
        for status, response in operation["responses"].items()
        if status >= "400"
        for content in response["content"].values()
        for example in content["examples"].values()
    ]
    return sorted(dict.fromkeys(errors), key=lambda error: error.status)


def _format_body(example: object) -> str:
    """The example of a body: JSON, or the text of an HTML page."""
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)


def read_fields() -> list[DocumentedField]:
    """The fields of a customer, in the order of the JSON."""
    return _read_schema_fields({"$ref": "#/components/schemas/Customer"})


def _read_body_fields(operation: Mapping[str, Any]) -> list[DocumentedField]:
    body = operation.get("requestBody")
    return _read_schema_fields(body["content"]["application/json"]["schema"]) if body else []


def _read_schema_fields(reference: Schema) -> list[DocumentedField]:
    schema = read_document()["components"]["schemas"][reference["$ref"].rpartition("/")[2]]
    return [
        DocumentedField(name, describe_type(described), described.get("description", ""))
        for name, described in schema["properties"].items()
    ]


def describe_type(schema: Schema) -> str:
    """A short description of a type, such as "integer from 1 to 50"."""
    if schemas := schema.get("anyOf"):
        return _(" or ").join(
            describe_type(each) for each in schemas if not _is_other_spelling(each)
        )
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return _(" or ").join(str(value) for value in values)
    return _describe_single_type(schema)


def _describe_single_type(schema: Schema) -> str:
    match schema.get("type"):
        case [*types]:
            return _(" or ").join(
                "null" if each == "null" else describe_type({**schema, "type": each})
                for each in types
            )
        case "array":
            return _describe_array(schema["items"])
        case "integer":
            return _describe_integer(schema)
        case "boolean":
            return _("boolean")
        case "object":
            return _("object")
    return {"date": _("date"), "date-time": _("time")}.get(schema.get("format", ""), _("string"))


def _describe_array(items: Schema) -> str:
    if values := _enum_values(items):
        return _("any of %(values)s") % {"values": ", ".join(values)}
    return _("%(type)s, repeatable") % {"type": describe_type(items)}


def _is_other_spelling(schema: Schema) -> bool:
    """Whether the schema is a pattern for other spellings of values, which needs no description."""
    return "pattern" in schema and "format" not in schema


def _enum_values(schema: Schema) -> list[str]:
    """The allowed values of a schema, without other spellings; empty if any value is allowed."""
    return [value for each in schema.get("anyOf", [schema]) for value in each.get("enum", [])]


def _describe_integer(schema: Schema) -> str:
    if "maximum" in schema:
        return _("integer from %(minimum)d to %(maximum)d") % schema
    return _("integer")


def _read_parameter(described: Mapping[str, Any]) -> DocumentedParameter:
    schema = described["schema"]
    return DocumentedParameter(
        described["name"],
        described["in"],
        describe_type(schema),
        described.get("description", ""),
        _allowed_values(schema),
        schema.get("type") == "array",
    )


def _allowed_values(schema: Schema) -> list[str]:
    if schema.get("type") == "boolean":
        return ["true", "false"]
    return _enum_values(schema.get("items", schema))
