"""Whether a JSON value is made as those who read it rely on."""

import json
from collections.abc import Callable
from dataclasses import dataclass


class SchemaError(Exception):
    """A value that is not as its schema has it; the message names its place, such as `rounds[0].order`."""


@dataclass(frozen=True)
class Kind:
    """A value without parts: what it is called in messages, and what holds of it."""

    name: str
    holds: Callable


@dataclass(frozen=True)
class Optional:
    """The schema of a key that may be missing."""

    schema: object


@dataclass(frozen=True)
class Only:
    """An object that has no other keys than these, each of which may be missing."""

    keys: dict


def is_number(value):
    """So small, besides, that sums and ratios of such numbers have a value too. NaN is none."""
    return type(value) in (int, float) and abs(value) < 1e100


def is_positive(value):
    return is_number(value) and value > 0


TEXT = Kind("a text", lambda value: isinstance(value, str))
NUMBER = Kind("a number", is_number)
POSITIVE = Kind("a positive number", is_positive)
FLAG = Kind("true or false", lambda value: isinstance(value, bool))


def one_of(names):
    return Kind(f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in names)


def nullable(kind):
    return Kind(f"{kind.name} or null", lambda value: value is None or kind.holds(value))


def check(value, schema, place=""):
    """Raises `SchemaError` unless `value` is as `schema` has it.

    A schema is a `Kind`; a list of one schema, which is that of all elements; or a dictionary from key to schema, for
    objects that may have other keys too.
    """
    if isinstance(schema, Kind):
        expect(schema.holds(value), schema.name, value, place)
    elif isinstance(schema, list):
        expect(isinstance(value, list), "a list", value, place)
        for index, element in enumerate(value):
            check(element, schema[0], f"{place}[{index}]")
    elif isinstance(schema, Only):
        check(value, {key: Optional(inner) for key, inner in schema.keys.items()}, place)
        for key in value:
            if key not in schema.keys:
                raise SchemaError(f"{place}: expected only {', '.join(schema.keys)}, found {key}")
    else:
        expect(isinstance(value, dict), "an object", value, place)
        for key, inner in schema.items():
            check_key(value, key, inner, f"{place}.{key}" if place else key)


def check_key(value, key, schema, place):
    optional = isinstance(schema, Optional)
    if key in value:
        check(value[key], schema.schema if optional else schema, place)
    elif not optional:
        raise SchemaError(f"{place} is missing")


def expect(holds, name, value, place):
    if not holds:
        raise SchemaError(f"{place}: expected {name}, found {describe(value)}")


def describe(value):
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else json.dumps(value)[:60]
