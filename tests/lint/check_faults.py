"""Every fault has its row in tests/faults/faults.py, every test that a row names exists, and every defect has its place."""
import re
import sys

import tree

sys.path.insert(0, str(tree.ROOT / "tests" / "faults"))
sys.dont_write_bytecode = True
from faults import FAULTS  # noqa: E402

N = 40


def exists(test):
    found = re.match(r"(process/\w+): (\w+)\.(\w+)$", test)
    if found is None:
        named = f"add_test(NAME {test} " in (tree.ROOT / "tests" / "CMakeLists.txt").read_text(encoding="utf-8")
        return named or (tree.ROOT / "tests" / f"{test}_test.c").is_file()
    path = tree.ROOT / "tests" / f"{found.group(1)}.py"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return f"class {found.group(2)}(" in text and f"    def {found.group(3)}(self" in text


def main():
    findings = []
    if [fault.id for fault in FAULTS] != [f"F{n}" for n in range(1, N + 1)]:
        findings.append(f"tests/faults/faults.py: the rows are not F1 to F{N}, each once and in order")
    for fault in FAULTS:
        findings += [f"tests/faults/faults.py: {fault.id}: there is no test {test}" for test in fault.tests if not exists(test)]
        path = tree.ROOT / fault.defect.file
        count = path.read_text(encoding="utf-8").count(fault.defect.text) if path.is_file() else 0
        if count != 1:
            findings.append(f"{fault.defect.file}: what {fault.id} plants a defect in stands {count} times; it needs one place")
        if fault.defect.text == fault.defect.planted:
            findings.append(f"tests/faults/faults.py: {fault.id} plants nothing")
    tree.finish(findings)


main()
