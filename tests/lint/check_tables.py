"""Every row of a table is exercised: a row that nothing uses or tests fails the build."""
import re

import tree

# table → (macro, how to find a row's use, where)
TABLES = {
    "include/journey/tbl/errors.def": ("ERROR", r"\bJN_{0}\b", ("base", "compiler", "runtime", "cli"), ()),
    "include/journey/tbl/logs.def": ("LOG", r"JN_LOG\({0},", ("runtime", "base", "cli"), ()),
    "include/journey/tbl/traces.def": ("TRACE", r"\bJR_TRACE_{0}\b", ("runtime/engine",), ()),
    "include/journey/tbl/decided.def": ("DECIDED", r"\bJR_DECIDED_{0}\b", ("runtime",), ()),
    "include/journey/tbl/opcodes.def": ("OP", r"\bJN_OP_{0}\b|\bOP0\({0}\)", ("tests/unit/vm",), ()),
    "include/journey/tbl/steps.def": ("STEP", r"\bJN_STEP_{0}\b", ("runtime/engine",), ()),
    "include/journey/tbl/scenes.def": ("SCENE", r"\bJN_SCENE_{0}\b", ("cli/scenario",), ()),
    "compiler/diag/diagnostics.def": ("DIAGNOSTIC", r"\bJC_{0}\b|\bMISTAKE\({0}\)|\({0}\)|\b{0}\b", ("compiler",), ("compiler/diag/diagnostics.def",)),
    "compiler/syntax/ast.def": ("NODE", r"\bJC_{0}\b|[(]{0},", ("compiler",), ("compiler/syntax/ast.def",)),
    "compiler/stmt/statements.def": ("STATEMENT", r"\bJC_{0}\b|[(]{0},", ("compiler/syntax",), ()),
    "runtime/store/sqlite/statements.def": ("STATEMENT", r"\bSQL_{0}\b", ("runtime/store/sqlite",), ("runtime/store/sqlite/statements.def",)),
    "cli/options.def": ("OPTION", r"\bCLI_OPT_{1}\b", ("cli",), ("cli/options.def",)),
}


def rows(path, macro):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    for match in re.finditer(rf"^{macro}\(\s*(\w+)\s*(?:,\s*(\w+))?", text, re.M):
        yield match.group(1), match.group(2)


def main():
    findings = []
    for table, (macro, use, folders, apart) in TABLES.items():
        path = tree.ROOT / table
        if not path.exists():
            findings.append(f"{table}: the table is gone")
            continue
        text = "\n".join(f.read_text(encoding="utf-8") for f in tree.files(".c", ".h", ".y", ".l", ".def", ".py", folders=folders)
                         if tree.name(f) not in apart)
        found = list(rows(path, macro))
        if not found:
            findings.append(f"{table}: no rows of {macro}")
        for first, second in found:
            if not re.search(use.format(first, second), text):
                findings.append(f"{table}: {first} is not used in {', '.join(folders)}")
    tree.finish(findings)


main()
