"""Whether a release's binary has what hardening promises: `python3 tests/release/hardened.py BINARY`. `.ci/run` asks it of the
installed one."""
import re
import subprocess
import sys

CHECKED = ("memcpy", "memset", "snprintf", "read", "vsnprintf")  # calls that _FORTIFY_SOURCE replaces by checked ones


def read(*words):
    return subprocess.run(["readelf", "-W", *words, sys.argv[1]], check=True, stdout=subprocess.PIPE, text=True).stdout


def findings():
    header, segments, dynamic, symbols = read("-h"), read("-l"), read("-d"), read("--dyn-syms")
    if not re.search(r"Type:\s+DYN", header):
        yield "it is no position-independent executable"
    if "GNU_RELRO" not in segments or not re.search(r"\bNOW\b", dynamic):
        yield "its tables of addresses stay writable (RELRO, BIND_NOW)"
    stack = re.search(r"GNU_STACK.*", segments)
    if not stack or "E" in stack.group(0).split()[-2]:
        yield "its stack can be executed"
    if any("W" in flags and "E" in flags for flags in re.findall(r"^\s+LOAD\s.*?\s([RWE ]{3})\s+0x", segments, re.M)):
        yield "a part of it can be written and executed"
    if "__stack_chk_fail" not in symbols:
        yield "its stack has no guards"
    if not any(f"__{name}_chk" in symbols for name in CHECKED):
        yield "no call is checked (_FORTIFY_SOURCE)"
    if re.search(r"R(UN)?PATH", dynamic) or "TEXTREL" in dynamic:
        yield "it looks for libraries in places of its own, or writes to its text"


def main():
    found = list(findings())
    for finding in found:
        print(f"{sys.argv[1]}: {finding}")
    sys.exit(1 if found else 0)


main()
