#!/bin/sh
# Prints the newest Python on PATH that can make virtual environments for the sandbox.
set -u

for name in python3.13 python3.12 python3.11 python3; do
    # A launcher of a version manager may be there without a version behind it: only an answer counts.
    found=$("$name" -I -c '
import sys
if sys.version_info >= (3, 11):
    import ensurepip, venv
    print(sys.executable)
' 2>/dev/null) || continue
    if [ -n "$found" ]; then
        echo "$found"
        exit 0
    fi
done
exit 1
