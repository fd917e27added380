#!/bin/sh
# Prints Rust files over 450 lines and functions over 40, tests aside. A list to look at, not a failure.
set -eu

find . -path ./target -prune -o -name '*.rs' -not -path '*/tests/*' -not -name 'tests.rs' -print | sort |
    xargs awk '
        FNR == 1 { finish_file(); file = FILENAME; lines = 0; testing = 0; begun = 0 }
        /^#\[cfg\(test\)\]/ { testing = 1 }
        testing { next }
        { lines++ }
        # rustfmt closes a function at the indentation where it opened it.
        !begun && /^ *(pub(\([a-z: ]+\))? )?(const )?(async )?fn / && !/;$/ && !/\}$/ {
            begun = FNR
            match($0, /^ */); indent = RLENGTH
            name = $0; sub(/.*fn /, "", name); sub(/[(<].*/, "", name)
        }
        begun && FNR > begun && match($0, /^ *\}$/) && RLENGTH == indent + 1 {
            if (FNR - begun + 1 > 40) printf "%s:%d: function `%s` has %d lines\n", FILENAME, begun, name, FNR - begun + 1
            begun = 0
        }
        END { finish_file() }
        function finish_file() { if (lines > 450) printf "%s: %d lines\n", file, lines }
    '
