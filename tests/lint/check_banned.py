"""Functions that no one may call: unbounded, not reentrant, or a way out of the process's control."""
import re

import tree

BANNED = {
    "strcpy": "jn_str", "strcat": "jn_buf", "sprintf": "jn_buf_printf", "vsprintf": "jn_buf_vprintf", "gets": "cli_read_file",
    "strncpy": "jn_str", "strncat": "jn_buf", "strtok": "jn_str_sub", "atoi": "jn_dec_parse", "atol": "jn_dec_parse",
    "atof": "jn_dec_parse", "scanf": "jn_reader", "sscanf": "jn_reader", "fscanf": "jn_reader", "system": "nothing",
    "popen": "nothing", "alloca": "jn_arena_alloc", "setjmp": "jn_rc", "longjmp": "jn_rc", "rand": "jn_random", "srand": "jn_random",
    "localtime": "jn_zone_local", "gmtime": "jn_civil_from_local", "mktime": "jn_zone_instant", "strerror": "strerror_r",
    "signal": "uv_signal or sigaction", "tmpnam": "mkstemp", "mktemp": "mkstemp",
}


def main():
    findings = []
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    for path in tree.files(".c", ".h"):
        for number, line in enumerate(tree.without_comments(path.read_text(encoding="utf-8")).splitlines(), 1):
            for match in pattern.finditer(line):
                findings.append(f"{tree.name(path)}:{number}: {match.group(1)} is banned; use {BANNED[match.group(1)]}")
    tree.finish(findings)


main()
