"""Change events as rows of numbers, read as the Eddy lab reads them.

A record's value is Debezium's envelope, or the row alone as the unwrap step leaves it; either in {"schema":..,"payload":..} or without.
"""

import base64
import json
import math

# The columns that are learned from, in this order.
FEATURES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
# Debezium's operations whose new image is a row: inserted, updated, read by a snapshot.
ROW_OPERATIONS = {"c", "u", "r"}


def read(value):
    """(features, None) of a row, (None, None) of what is no row, (None, why) of what cannot be read."""
    try:
        image = new_image(value)
        if image is None:
            return None, None
        return [number(name, *image) for name in FEATURES], None
    except (ValueError, RecursionError, OverflowError) as why:
        return None, str(why)


def new_image(value):
    """The row after a change and its columns' schemas; None where the event is no row to learn: a delete, a tombstone."""
    event = json.loads(value) if value is not None else None
    schema = None
    if isinstance(event, dict) and event.keys() == {"schema", "payload"} and is_object_or_null(event["schema"]):
        if is_object_or_null(event["payload"]):
            schema, event = event["schema"], event["payload"]
    if event is None:
        return None
    if not isinstance(event, dict):
        raise ValueError("the value is no change event and no row")
    if event.get("op") in OPERATIONS and isinstance(event.get("source"), dict):
        if event["op"] not in ROW_OPERATIONS:
            return None
        row = event.get("after")
        if not isinstance(row, dict):
            raise ValueError(f"the event has op {event['op']} but no row in `after`")
        return row, columns(schema)
    # Columns that the unwrap step can be told to add.
    if event.get("__deleted") in (True, "true") or event.get("__op") in OPERATIONS - ROW_OPERATIONS:
        return None
    return event, columns(schema)


OPERATIONS = {"c", "u", "d", "r", "t", "m"}


def is_object_or_null(value):
    return value is None or isinstance(value, dict)


def columns(schema):
    """The columns' own schemas by name; of an envelope those of the row after the change."""
    if schema is None:
        return {}
    fields = schema.get("fields") or []
    for field in fields:
        if field.get("field") == "after" and field.get("type") == "struct":
            fields = field["fields"]
    return {field["field"]: field for field in fields}


def number(name, row, schemas):
    """A column's value as the double that is learned."""
    column = name
    if column not in row:
        raise ValueError(f"{name} is missing")
    value, schema = row[column], schemas.get(column, {})
    try:
        found = form_of(schema, column)(value)
    except (TypeError, ValueError, KeyError):
        shown = json.dumps(value)
        raise ValueError(f"{name} is {shown if len(shown) < 60 else shown[:60] + '…'}, not a number") from None
    if not math.isfinite(found):
        raise ValueError(f"{name} is {found}, not a finite number")
    return found


def form_of(schema, column):
    """The function that makes a double of a column's values: what its own schema names counts before what the lab says."""
    if schema.get("name") == "org.apache.kafka.connect.data.Decimal":
        return decimal(int(schema.get("parameters", {}).get("scale", 0)))
    if schema.get("name") in NAMED:
        return NAMED[schema["name"]]
    return plain


def plain(value):
    """A number of JSON's; neither true nor a text is one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError
    return float(value)


def digits(text):
    """The number that a text holds, written as JSON writes numbers."""
    return plain(json.loads(text))


def decimal(scale):
    """Digits of any length: a number, base64 of a big integer with `scale` digits behind the point, or (no scale) a text."""

    def of(value):
        if isinstance(value, dict):
            return of_integer(value["value"], value["scale"])
        if not isinstance(value, str):
            return plain(value)
        return digits(value) if scale is None else of_integer(value, scale)

    def of_integer(text, scale):
        unscaled = base64.b64decode(text, validate=True)
        if base64.b64encode(unscaled).decode() != text:
            return digits(text)
        return float(f"{int.from_bytes(unscaled, 'big', signed=True)}e{-scale}")

    return of


def time(multiply, divide=1):
    """A time, a moment or a length of time: an integer, as microseconds."""

    def of(value):
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError
        us = value * multiply // divide
        return math.inf if us in INFINITE_US else float(us)

    return of


# What PostgreSQL's infinite dates and times become on their way through Java.
INFINITE_US = {9_223_372_036_825_200_000, -9_223_372_036_832_400_000, (2**63 - 1) // 1000, -(2**63) // 1000}
INFINITE_DAYS = {-2_147_472_692, -2_147_472_691}


def days(value):
    """A day: an integer, as days since 1970."""
    return math.inf if value in INFINITE_DAYS else plain(value)


def bits(value):
    """Base64 of a little-endian integer."""
    return float(int.from_bytes(base64.b64decode(value, validate=True), "little"))


# What Kafka Connect's and Debezium's schemas call the forms of numbers that JSON has no word for.
NAMED = {
    "io.debezium.data.VariableScaleDecimal": decimal(None),
    "io.debezium.data.Bits": bits,
    "io.debezium.time.Date": days,
    "org.apache.kafka.connect.data.Date": days,
    "io.debezium.time.Time": time(1000),
    "org.apache.kafka.connect.data.Time": time(1000),
    "io.debezium.time.MicroTime": time(1),
    "io.debezium.time.NanoTime": time(1, 1000),
    "io.debezium.time.Timestamp": time(1000),
    "org.apache.kafka.connect.data.Timestamp": time(1000),
    "io.debezium.time.MicroTimestamp": time(1),
    "io.debezium.time.NanoTimestamp": time(1, 1000),
    "io.debezium.time.MicroDuration": time(1),
    "io.debezium.time.NanoDuration": time(1, 1000),
}
