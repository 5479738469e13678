"""Packs the golden JSON files into packets, with `struct` alone (see README.md)."""

import json
import struct
from pathlib import Path

HERE = Path(__file__).parent


def read(name):
    return json.loads((HERE / f"{name}.json").read_text())


def flat(block):
    return [number for slot in block for number in slot]


def step_bytes(step):
    runner, chaser = (group["actions"] for group in step["groups"])
    return b"".join(
        [
            struct.pack("<BxxxIII", 1, step["sequence"], 0, 0),
            struct.pack("<4q", *flat(runner[""])),
            struct.pack("<4q", *flat(chaser["ammo"])),
            struct.pack("<4f", *flat(chaser["steer"])),
            struct.pack("<4B", *flat(chaser["fire"])),
            struct.pack("<2B", *flat(chaser["paint"])),
        ]
    )


def report_bytes(report):
    runner, chaser = (group["observations"] for group in report["groups"])
    runner_info, chaser_info = (group["info"] for group in report["groups"])
    header = (report["sequence"], report["engine_usec"], report["tick"])
    return b"".join(
        [
            struct.pack("<BxxxIII", 2, *header),
            struct.pack("<4q", *flat(runner["team"])),
            struct.pack("<4q", *flat(chaser["gear"])),
            struct.pack("<12f", *flat(runner["rays"])),
            struct.pack("<4f", *flat(chaser["pose"])),
            struct.pack("<4f", *flat(chaser["speed"])),
            struct.pack("<6f", *report["rewards"]),
            struct.pack("<8f", *flat(runner_info)),
            struct.pack("<0f", *flat(chaser_info)),
            struct.pack("<4f", *flat(report["states"])),
            struct.pack("<16B", *flat(runner["camera"])),
            struct.pack("<16B", *flat(runner["action_mask"])),
            struct.pack("<6B", *flat(chaser["keys"])),
            struct.pack("<6B", *report["flags"]),
        ]
    )


def picture_bytes(picture):
    header = (picture["sequence"], picture["width"], picture["height"])
    rows = flat(picture["arenas"])
    return struct.pack("<BxxxIII", 3, *header) + bytes(flat(flat(rows)))


def main():
    for name in ("hello", "configure", "reset", "render", "close", "fault"):
        text = json.dumps(read(name), separators=(",", ":"))
        (HERE / f"{name}.packet").write_bytes(text.encode("ascii"))
    (HERE / "step.packet").write_bytes(step_bytes(read("step")))
    (HERE / "report.packet").write_bytes(report_bytes(read("report")))
    (HERE / "picture.packet").write_bytes(picture_bytes(read("picture")))


if __name__ == "__main__":
    main()
