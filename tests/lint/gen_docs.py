"""Writes the pages of docs/ that are made from tables and headers: `python3 tests/lint/gen_docs.py`."""
import re
import sys

import gen_grammar
import tree
from tables import rows


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def table(title, intro, head, lines):
    page = [f"# {title}", "", "Made from the tables by `tests/lint/gen_docs.py`; do not edit.", "", intro, "",
            "| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    page += ["| " + " | ".join(cell(c) for c in line) + " |" for line in lines]
    return "\n".join(page) + "\n"


def code(text):
    return f"`{text}`" if text else ""


def page_map():
    page = ["# Map", "", "Made from the headers' first sentences by `tests/lint/gen_docs.py`; do not edit.", ""]
    folder = None
    for path in tree.files(".h"):
        here = str(path.parent.relative_to(tree.ROOT))
        if here != folder:
            page += ["", f"## {here}", ""]
            folder = here
        first = re.match(r"/\*\s*(.*?)(?:\*/|\n \*\n|\.\s)", path.read_text(encoding="utf-8"), re.S)
        sentence = re.sub(r"\s*\n \*\s*", " ", first.group(1)).strip().rstrip(".") if first else ""
        page.append(f"- `{path.name}` — {sentence}.")
    return "\n".join(page) + "\n"


def page_diagnostics():
    page = ["# Diagnostics", "", "Made from `compiler/diag/diagnostics.def` by `tests/lint/gen_docs.py`; do not edit.",
            "Codes never change their meaning. `journey explain CODE` shows the same."]
    reasons = {name: f"{why} {fix}" for name, why, fix in rows("compiler/diag/reasons.def", "REASON")}
    for name, severity, title, _, wrong, right in rows("compiler/diag/diagnostics.def", "DIAGNOSTIC"):
        page += ["", f"## {name} ({severity.lower()}): {title}"]
        if name in reasons:
            page += ["", reasons[name]]
        for word, example in (("Wrong", wrong), ("Right", right)):
            printable = "".join(c if c == "\n" or c.isprintable() else "?" for c in example)
            if printable:
                page += ["", f"{word}:", "", "```journey", printable.rstrip("\n"), "```"]
    return "\n".join(page) + "\n"


def page_errors():
    failures = list(rows("include/journey/tbl/errors.def", "ERROR"))
    names = {row[0] for row in failures}
    page = table(
        "Errors", "How an operation fails, with the exit status and the HTTP status it becomes. The name is the `code` of its problem document.",
        ("name", "exit", "HTTP", "retry", "means"), [(n, e, h, "yes" if r == "1" else "", t) for n, e, h, r, t in failures])
    return page + "\nCodes of problems that are of HTTP alone:\n\n| code | HTTP | means |\n| --- | --- | --- |\n" + "".join(
        f"| {name} | {status} | {text} |\n" for status, text, name in rows("runtime/http/statuses.def", "STATUS") if name not in names)


PAGES = {
    "map.md": page_map,
    "diagnostics.md": page_diagnostics,
    "opcodes.md": lambda: table(
        "Instructions of the expression machine", "Operands, pops and pushes are explained at the head of `include/journey/tbl/opcodes.def`.",
        ("instruction", "operands", "pops", "pushes", "does"),
        [(code(m), code(o), code(po), code(pu), t) for _, m, o, po, pu, t in rows("include/journey/tbl/opcodes.def", "OP")]),
    "errors.md": page_errors,
    "options.md": lambda: table(
        "Options of `journey serve`", "On the command line, in the environment, or as `name = value` in a file given by `--config`.",
        ("option", "argument", "environment", "default", "what it is"),
        [(code("--" + n), code(a), code(v), code(p), t) for _, n, a, v, p, t in rows("runtime/app/options.def", "OPTION")]),
    "routes.md": lambda: table(
        "Routes", "OPEN: everybody; KEY: a write key; SOURCE: the source's signature; ADMIN: the admin token.",
        ("route", "who", "largest body", "does"),
        [(code(m + " " + p), who, cap if cap != "0" else "", t) for _, m, p, who, cap, t in rows("runtime/api/routes.def", "ROUTE")]),
    "metrics.md": lambda: table(
        "Metrics", "What `/metrics` exposes, as Prometheus text; besides, `journey_build_info{version}` and the usual `process_…`.", ("name", "kind", "label", "counts"),
        [(code(r[1]), kind.lower(), code(f"{r[2]}={r[3]}") if len(r) > 3 and r[2] else "", r[-1])
         for kind in ("COUNTER", "GAUGE", "HISTOGRAM") for r in rows("runtime/measure/metrics.def", kind)]
        + [(code(exposed), kind[:-1].lower(), ", ".join(code(l) for l in labels if l), t)
           for kind in ("COUNTERS", "GAUGES", "HISTOGRAMS") for _, exposed, *labels, t in rows("runtime/measure/metrics.def", kind)]),
    "log-events.md": lambda: table(
        "Log events", "One JSON line each on stderr.", ("event", "level", "says"),
        [(n, level.lower(), t) for n, level, t in rows("include/journey/tbl/logs.def", "LOG")]),
}


# Parts of pages that are written by hand: between `<!-- NAME: made … -->` and `<!-- NAME: end -->`.
PARTS = {
    "language.md": {"grammar": lambda: gen_grammar.fenced("en"), "words": gen_grammar.words_table, "limits": lambda: gen_grammar.limits("en")},
    "language.zh.md": {"grammar": lambda: gen_grammar.fenced("zh"), "words": gen_grammar.words_table, "limits": lambda: gen_grammar.limits("zh")},
}


def with_parts(name, parts):
    page = (tree.ROOT / "docs" / name).read_text(encoding="utf-8")
    for part, make in parts.items():
        page, n = re.subn(rf"(<!-- {part}: made [^\n]*-->\n).*?(<!-- {part}: end -->)",
                          lambda match: match.group(1) + make() + "\n" + match.group(2), page, flags=re.S)
        if n != 1:
            raise SystemExit(f"docs/{name} has no place for the part `{part}`")
    return page


PAGES.update({name: lambda name=name, parts=parts: with_parts(name, parts) for name, parts in PARTS.items()})


def write_or_compare(compare):
    findings = []
    for name, make in PAGES.items():
        path, text = tree.ROOT / "docs" / name, make()
        if compare and (not path.exists() or path.read_text(encoding="utf-8") != text):
            findings.append(f"docs/{name} is not what the tables say: run python3 tests/lint/gen_docs.py")
        if not compare:
            path.write_text(text, encoding="utf-8")
    return findings


if __name__ == "__main__":
    sys.argv = sys.argv[:1]
    write_or_compare(False)
