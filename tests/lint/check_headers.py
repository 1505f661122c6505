"""Every header compiles alone, has a guard, and opens with a sentence that says what it is."""
import os
import re
import subprocess

import tree

INCLUDES = [f"-I{tree.ROOT}", f"-I{tree.ROOT}/include", f"-I{tree.ROOT}/base"]
# The grammar's header is made by bison, in the build's folder.
INCLUDES.append(f"-I{os.path.dirname(os.environ.get('JOURNEY', str(tree.ROOT / 'build' / 'dev' / 'journey')))}/generated")


def main():
    findings = []
    headers = list(tree.files(".h"))
    for path in headers:
        text = path.read_text(encoding="utf-8")
        if not re.match(r"/\* [^*]+", text):
            findings.append(f"{tree.name(path)}:1: a header begins with a sentence that says what it is")
        if "#ifndef" not in text:
            findings.append(f"{tree.name(path)}: no include guard")
    flags = ["-std=c17", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Wstrict-prototypes", "-Werror", "-fsyntax-only", "-x", "c"]
    flags += ["-isystem", "/usr/share/include/llhttp"]
    for path in headers:
        done = subprocess.run(["gcc", *flags, *INCLUDES, "-"], input=f'#include "{path}"\n', text=True, stderr=subprocess.PIPE)
        if done.returncode != 0:
            findings.append(f"{tree.name(path)}: does not compile alone\n{done.stderr}")
    tree.finish(findings)


main()
