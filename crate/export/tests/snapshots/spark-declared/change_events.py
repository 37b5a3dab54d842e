"""Change events as rows of numbers, read as the Eddy lab reads them.

A record's value is Debezium's envelope, or the row alone as the unwrap step leaves it; either in {"schema":..,"payload":..} or without.
"""

import base64
import datetime
import json
import math
import re

# The columns that are learned from, in this order.
FEATURES = ["price", "weight", "seen_at", "born", "opens", "took", "flags", "paid", "size", "mood", "v[3]", "amount"]
# Columns that are read as others, where a row has no column of that name itself: their names in the row.
ALSO_CALLED = {
    "weight": ["kg"],
}
# Features that are an element of an array: the column, and the element from 0.
ELEMENTS = {
    "v[3]": ("v", 3),
}
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
    column, element = ELEMENTS.get(name, (name, None)) if name not in row else (name, None)
    if column not in row:
        column = next((other for other in ALSO_CALLED.get(column, ()) if other in row), column)
    if column not in row:
        raise ValueError(f"{name} is missing")
    value, schema = row[column], schemas.get(column, {})
    if element is not None:
        value, schema = element_of(value, element, schema, name)
    try:
        found = form_of(schema, column)(value)
    except (TypeError, ValueError, KeyError):
        shown = json.dumps(value)
        raise ValueError(f"{name} is {shown if len(shown) < 60 else shown[:60] + '…'}, not a number") from None
    if not math.isfinite(found):
        raise ValueError(f"{name} is {found}, not a finite number")
    return found


def element_of(value, index, schema, name):
    """An element of an array or a vector, and its schema; a sparse vector has a zero wherever it says nothing."""
    if isinstance(value, dict) and "dimensions" in value:
        if index >= int(value["dimensions"]):
            raise ValueError(f"{name} is not there: the vector is shorter")
        pairs = value["vector"].items() if isinstance(value["vector"], dict) else value["vector"]
        return {int(at): element for at, element in pairs}.get(index + 1, 0.0), {}
    if not isinstance(value, list):
        raise ValueError(f"{name} is of a column that is no array")
    if value[: len(UNAVAILABLE)] == UNAVAILABLE:
        raise ValueError(f"{name} is unavailable: the update left it as it was (set REPLICA IDENTITY FULL on the table)")
    if index >= len(value):
        raise ValueError(f"{name} is not there: the array is shorter")
    return value[index], schema.get("items") or {}


# What Debezium puts in the place of a long array that an update left as it was.
UNAVAILABLE = list(b"__debezium_unavailable_value")


def form_of(schema, column):
    """The function that makes a double of a column's values: what its own schema names counts before what the lab says."""
    if schema.get("name") == "org.apache.kafka.connect.data.Decimal":
        return decimal(int(schema.get("parameters", {}).get("scale", 0)))
    if schema.get("name") in NAMED:
        return NAMED[schema["name"]]
    return DECLARED.get(column, plain) if schema.get("name") is None else plain


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


def number_in_text(value):
    """A number, or a text that holds one."""
    return digits(value) if isinstance(value, str) else plain(value)


def boolean(value):
    """True and false in any of the ways in which they are written, as 1 and 0."""
    texts = {"true": 1.0, "t": 1.0, "1": 1.0, "false": 0.0, "f": 0.0, "0": 0.0}
    return texts[value if isinstance(value, str) else json.dumps(value)]


def enum(codes):
    """One of some texts, as its code."""
    return lambda value: codes[value if isinstance(value, str) else json.dumps(value)]


def timestamp(multiply, divide=1):
    """A moment as microseconds since 1970: an integer, or an ISO text (in UTC where it names no zone)."""
    since_1970 = time(multiply, divide)

    def of(value):
        if not isinstance(value, str):
            return since_1970(value)
        # Older Pythons read three or six digits behind the point, and no Z; finer parts are cut off.
        text = re.sub(r"\.(\d+)", lambda found: "." + found[1][:6].ljust(6, "0"), value.replace("Z", "+00:00"))
        moment = datetime.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.timezone.utc)
        return float((moment - EPOCH) // datetime.timedelta(microseconds=1))

    return of


EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def date_days(value):
    """A day as days since 1970: an integer, or an ISO text."""
    if isinstance(value, str):
        return float((datetime.date.fromisoformat(value[:10]) - datetime.date(1970, 1, 1)).days)
    return days(value)


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

# What the lab says of columns whose schema says nothing.
DECLARED = {
    "amount": number_in_text,
    "born": date_days,
    "flags": bits,
    "kg": decimal(None),
    "mood": enum({"bad": -1.0, "good": 1.0}),
    "opens": time(1),
    "paid": boolean,
    "price": decimal(2),
    "seen_at": timestamp(1000),
    "size": enum({"S": 0.0, "M": 1.0, "L": 2.0}),
    "took": time(1, 1000),
    "v": number_in_text,
}
