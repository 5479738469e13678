"""Writes the tables of benchmarks/README.md from the JSON files of the benchmarks.

Between `<!-- results: NAME -->` and `<!-- end -->` stands what NAME.json says, so that no number
there is typed by hand.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from common import Row, headings, shown

_README = Path(__file__).with_name("README.md")
_PLACE = re.compile(r"(<!-- results: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(cells: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first line of cells has the headings."""
    lines = [f"| {' | '.join(line)} |" for line in cells]
    lines.insert(1, "|" + "---|" * len(cells[0]))
    return "\n".join(lines)


def columns_table(columns: Mapping[str, str], rows: Sequence[Row]) -> str:
    """A line for each row."""
    kept = headings(columns, rows)
    lines = [[shown(row.get(name, "")) for name in kept] for row in rows]
    return table([list(kept.values()), *lines])


def lines_table(lines: Mapping[str, str], prefixes: Mapping[str, str], row: Row) -> str:
    """A line for each field of one row, a column for each prefix of its name."""
    cells = [
        [label.format_map(row), *(shown(row[prefix + name]) for prefix in prefixes)]
        for name, label in lines.items()
    ]
    return table([["", *prefixes.values()], *cells])


def render(results: Mapping[str, Any]) -> str:
    """What one JSON file says, as Markdown."""
    rows: list[Row] = results["rows"]
    layout = results["table"]
    if "columns" in layout:
        text = columns_table(layout["columns"], rows)
    else:
        text = lines_table(layout["lines"], layout["prefixes"], rows[0])
    return (
        f"Commit `{results['commit']}`, {results['machine']}, Godot {results['godot']};\n"
        f"`{results['command']}`:\n\n{text}\n"
    )


def main() -> None:
    """Write what the JSON files of a folder say into the README."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with NAME.json files")
    parser.add_argument("--readme", type=Path, default=_README, help="default: the one beside this")
    args = parser.parse_args()

    found = {file.stem: file for file in args.folder.glob("*.json")}

    def filled(place: re.Match[str]) -> str:
        file = found.pop(place[2], None)
        if file is None:
            return place[0]  # not measured: what is there stays
        return place[1] + render(json.loads(file.read_text(encoding="utf-8"))) + place[3]

    text = _PLACE.sub(filled, args.readme.read_text(encoding="utf-8"))
    args.readme.write_text(text, encoding="utf-8")
    for name in found:
        print(f"{args.readme.name} has no place for the results of {name}")


if __name__ == "__main__":
    main()
