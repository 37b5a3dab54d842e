#!/usr/bin/env python3
"""Reads change records from Eddy's bridge, and goes on where it was.

    python eddy_client.py ws://127.0.0.1:8080/ws --topic flink.public.iris_train --state iris.json

Prints one line of JSON for each record: topic, partition, offset, key and value, read as JSON where they are. Each record
is printed once: the places behind the last ones are kept in the state file, and asked for when the connection comes back
or the program is started again. Needs Python 3.8 or later, and `pip install "websockets>=13"`.
"""

import argparse
import asyncio
import base64
import json
import os
import sys
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus, WebSocketException


class Places:
    """Where each partition goes on, in the log of one identity."""

    def __init__(self, file):
        self.file, self.log_id, self.next = file, None, {}
        if file and os.path.exists(file):
            with open(file, encoding="utf-8") as state:
                state = json.load(state)
            self.log_id = state["log_id"]
            self.next = {(topic, partition): offset for topic, partition, offset in state["next"]}

    def save(self):
        if not self.file:
            return
        state = {"log_id": self.log_id, "next": [[*place, offset] for place, offset in self.next.items()]}
        with open(self.file + ".part", "w", encoding="utf-8") as part:
            json.dump(state, part)
        os.replace(self.file + ".part", self.file)


def query(topics, places, token):
    """What is asked for: the topics from their beginning, but known partitions from their places."""
    asked = [("topic", topic) for topic in topics] + [("from", "earliest")]
    asked += [("from", f"{topic}:{partition}:{offset}") for (topic, partition), offset in places.next.items()]
    return urlencode(asked + ([("token", token)] if token else []))


def read(value):
    """Keys and values are raw bytes: text, null, or base64 where they are no text."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"]).hex()
    try:
        return None if value is None else json.loads(value)
    except ValueError:
        return value


async def session(url, topics, places, token):
    """The records of one connection, in the bridge's order."""
    # The bridge sends no message for as long as nothing happens, and records may be long.
    async with connect(f"{url}?{query(topics, places, token)}", subprotocols=["eddy.json"], max_size=None) as socket:
        async for text in socket:
            line = json.loads(text)
            if "topic" in line:
                yield line
                places.next[line["topic"], line["partition"]] = line["offset"] + 1
            elif "hello" in line:
                log_id = line["hello"]["log_id"]
                if places.log_id not in (None, log_id):
                    sys.exit(f"this is another log ({log_id}): its offsets mean something else; remove the state to begin again")
                places.log_id = log_id
            elif "gap" in line:
                gap = line["gap"]
                print(f"offsets {gap['from']} to {gap['to']} of {gap['topic']} are gone", file=sys.stderr)
                places.next[gap["topic"], gap["partition"]] = gap["to"] + 1
            elif "error" in line:
                print(f"the bridge says: {line['error']}", file=sys.stderr)
            elif "tick_ms" in line:
                # Sent only to who has caught up: a good moment to note how far that is.
                places.save()


async def main(args):
    places, printed = Places(args.state), 0
    try:
        while args.count is None or printed < args.count:
            try:
                async for record in session(args.url, args.topic, places, args.token):
                    shown = {name: record[name] for name in ("topic", "partition", "offset")}
                    print(json.dumps({**shown, "key": read(record["key"]), "value": read(record["value"])}), flush=True)
                    printed += 1
                    if printed == args.count:
                        places.next[record["topic"], record["partition"]] = record["offset"] + 1
                        break
            except InvalidStatus as refused:
                sys.exit(f"the bridge refuses: {refused.response.status_code} {refused.response.body.decode()}")
            except (OSError, WebSocketException) as error:
                print(f"no connection ({error}); trying again", file=sys.stderr)
            if args.count is None or printed < args.count:
                await asyncio.sleep(1)
    finally:
        places.save()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("url", help="the bridge's address, such as ws://127.0.0.1:8080/ws")
    parser.add_argument("--topic", action="append", required=True, help="may be repeated")
    parser.add_argument("--state", metavar="FILE", help="where to keep how far it is")
    parser.add_argument("--count", type=int, help="end after so many records")
    parser.add_argument("--token", default=os.environ.get("EDDY_TOKEN"))
    try:
        asyncio.run(main(parser.parse_args()))
    except KeyboardInterrupt:
        pass
