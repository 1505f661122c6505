"""Reads the tables of X macros: what each row says."""
import re

import tree


def literal(text):
    """A C string literal, adjacent ones joined, escapes resolved."""
    parts = re.findall(r'"((?:\\.|[^"\\])*)"', text)
    joined = "".join(parts)
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match.group(1), match.group(1)), joined)


def rows(path, macro):
    """Arguments of each MACRO(…) of a table, as texts."""
    text = re.sub(r"/\*.*?\*/", "", (tree.ROOT / path).read_text(encoding="utf-8"), flags=re.S)
    for match in re.finditer(rf"^{macro}\(", text, re.M):
        depth, at, quoted, arguments, start = 1, match.end(), False, [], match.end()
        while depth > 0:
            c = text[at]
            if quoted:
                if c == "\\":
                    at += 1
                elif c == '"':
                    quoted = False
            elif c == '"':
                quoted = True
            elif c == "(":
                depth += 1
            elif c == ")":
                depth -= 1
            if not quoted and (c == "," and depth == 1 or depth == 0):
                arguments.append(text[start:at].strip())
                start = at + 1
            at += 1
        yield [literal(a) if a.startswith('"') else a for a in arguments]
