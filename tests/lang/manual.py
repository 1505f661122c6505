"""What the manual shows is true: every block of code in docs/language*.md is compiled, its tests run, its templates rendered.

Usage: manual.py JOURNEY. A fence says what its block is:

    ```journey                      a whole workspace: no errors, no warnings, formatted, its tests pass
    ```journey prelude              the workspace in which the page's fragments stand
    ```journey in:PLACE             a fragment: `declarations`, or lines of a `header`, `stage`, `stages`, `test`, `message`,
                                    `channel`, `source` or `workspace`; what it declares takes the place of the prelude's
    ```journey in:PLACE wrong:CODE  it gives exactly this diagnostic
    ```json data                    what the templates that follow read
    ```liquid                       a template a line, ` → `, and what it writes

The page in Chinese has the same blocks, which differ in names and texts only; so has the tutorial in Chinese.
"""
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = ("language", "language.zh")
TUTORIALS = ("tutorial", "tutorial.zh")  # tests/process/tutorial_test.py carries them out
ARROW = " → "
HEADS = "language|workspace|customer|event|segment|topic|channel|message|service|source|journey|test"
HEADS_ZH = "语言|工作区|客户|事件|分群|话题|渠道|消息|服务|来源|旅程|测试"
WORDS = dict(zip(HEADS_ZH.split("|"), HEADS.split("|")))
WRAPS = {"test": 'test "of the manual"', "message": "message example on {channel}", "channel": "channel example",
         "source": "source example", "workspace": "workspace"}
FRAGMENT = {"W0901", "W0918", "W0928"}  # of a fragment much is never used, and it has no goal and no cap


class Block:
    def __init__(self, page, line, info, text):
        self.page, self.line, self.text = page, line, text
        self.kind, *words = info.split()
        self.words = [w for w in words if ":" not in w]
        self.options = dict(w.split(":", 1) for w in words if ":" in w)
        self.info = info

    @property
    def place(self):
        return os.path.normpath(f"docs/{self.page}.md") + f":{self.line}"


def blocks_of(page):
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    for match in re.finditer(r"^```([^\n`]+)\n(.*?)^```$", text, re.M | re.S):
        yield Block(page, text.count("\n", 0, match.start()) + 1, match.group(1), match.group(2))


def indent(text, blanks):
    return "".join(" " * blanks + line if line.strip() else line for line in text.splitlines(True))


def declarations(text):
    """[(head, text)] of a source, a declaration each with the comments and lines behind its head."""
    parts = re.split(rf"^(?=(?:{HEADS}|{HEADS_ZH})\b)", text, flags=re.M)
    for part in parts:
        words = part.split()
        yield (WORDS.get(words[0], words[0]), words[1] if words[0] not in ("workspace", "工作区", "customer", "客户") else "") if words else ("", ""), part


class Prelude:
    def __init__(self, text):
        self.parts = list(declarations(text))
        named = {}
        for (head, name), _ in self.parts:
            named.setdefault(head, name)
        self.named = named

    def without(self, fragment):
        taken = {head for head, _ in declarations(fragment)}
        return "".join(part for head, part in self.parts if head not in taken)

    def wrap(self, place, text):
        """A whole file around the lines of a fragment."""
        if place == "declarations":
            return text
        if place in ("header", "stage", "stages"):
            enter, again = f"  enter when {self.named['event']}\n", "  re-enter never\n"
            stage = f"  stage only\n    send {self.named['message']}\n  end\n"
            if place == "header":
                enter = "" if re.search(r"^(enter|进入)\b", text, re.M) else enter
                again = "" if re.search(r"^(re-enter|再次进入)\b", text, re.M) else again
                body = indent(text, 2) + "\n" + stage
            else:
                body = indent(text, 2) if place == "stages" else "  stage only\n" + indent(text, 4) + "  end\n"
            return "journey example\n" + enter + again + ("" if place == "header" else "\n") + body + "end\n"
        return WRAPS[place].format(**self.named) + "\n" + indent(text, 2) + "end\n"


def run(journey, *args):
    done = subprocess.run([journey, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stdout, done.stderr


def lay_out(page, home):
    """Writes each block of code into a folder of its own; folder → block."""
    prelude, folders = None, {}
    for i, block in enumerate(b for b in blocks_of(page) if b.kind == "journey"):
        folder = home / ("wrong" if "wrong" in block.options else "right") / f"{i:03}"
        folder.mkdir(parents=True)
        source = block.text
        if "prelude" in block.words:
            prelude = Prelude(source)
        elif "in" in block.options:
            source = prelude.wrap(block.options["in"], source)
            (folder / "prelude.journey").write_text(prelude.without(source), encoding="utf-8")
        elif not re.search(r"^(workspace|工作区)\b", source, re.M):
            (folder / "prelude.journey").write_text("workspace\nend\n", encoding="utf-8")
        (folder / "block.journey").write_text(source, encoding="utf-8")
        folders[folder] = block
    return folders


def check_sources(journey, folders, home):
    told = {folder: [] for folder in folders}
    _, out, _ = run(journey, "check", "--format", "json", str(home))
    for line in filter(None, out.splitlines()):
        diag = json.loads(line)
        told[pathlib.Path(diag["file"]).parent].append(diag)
    for folder, block in folders.items():
        diags = [d for d in told[folder] if "in" not in block.options or d["code"] not in FRAGMENT]
        codes, wanted = sorted({d["code"] for d in diags}), sorted(filter(None, [block.options.get("wrong")]))
        if codes != wanted:
            yield f"{block.place}: gives {codes or 'nothing'}, not {wanted or 'nothing'}: " + "; ".join(
                f"{d['line']}: {d['code']} {d['message']}" for d in diags)


def check_format(journey, folders, home):
    _, out, err = run(journey, "fmt", "--diff", str(home / "right"))
    if out.strip() or err.strip():
        yield f"not as `journey fmt` writes it:\n{out}{err}"


def check_tests(journey, folders, home):
    _, out, err = run(journey, "test", "--format", "json", str(home / "right"))
    tests = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    for test in tests:
        if not test["passed"]:
            yield f"{folders[pathlib.Path(test['file']).parent].place}: test \"{test['test']}\" fails: {test['findings']}"
    for folder, block in folders.items():
        ran = [test["test"] for test in tests if pathlib.Path(test["file"]).parent == folder]
        for title in re.findall(r'^(?:test|测试) "(.*)"$', (folder / "block.journey").read_text(encoding="utf-8"), re.M):
            if "wrong" not in block.options and not any(name.startswith(title) for name in ran):
                yield f"{block.place}: test \"{title}\" was not run: {err}"


def check_templates(journey, page, home):
    """Also: every filter and every tag has an example."""
    seen, data = "", "{}"
    for block in blocks_of(page):
        if block.kind == "json" and "data" in block.words:
            data = block.text
        if block.kind != "liquid":
            continue
        seen += block.text
        pairs = [line.split(ARROW, 1) for line in block.text.splitlines() if ARROW in line]
        (home / "t.liquid").write_text("\n".join(p[0].rstrip() for p in pairs) + "\n", encoding="utf-8")
        (home / "d.json").write_text(data, encoding="utf-8")
        _, out, err = run(journey, "template", str(home / "t.liquid"), "--data", str(home / "d.json"))
        for (template, wanted), found in zip(pairs, out.splitlines() + [err] * len(pairs)):
            if found != wanted:
                yield f"{block.place}: {template} writes {found!r}, not {wanted!r}"
    for table, macro, pattern in (("filters", "FILTER", r"\|\s*{}\b"), ("tags", "TAG", r"\{{%-?\s*{}")):
        text = (ROOT / "base/liquid" / f"{table}.def").read_text(encoding="utf-8")
        for name in re.findall(rf'^{macro}\("([^"]+)"', text, re.M):
            if name not in ("include", "render") and not re.search(pattern.format(re.escape(name)), seen):
                yield f"docs/{page}.md has no example of the {macro.lower()} `{name}`"


def words_of_chinese():
    text = "".join((ROOT / "compiler/syntax" / name).read_text(encoding="utf-8") for name in ("keywords.def", "units.def", "builtins.def"))
    return {w for w in re.findall(r'"([^"\s]+)"', text) if not w.isascii()}


def skeleton(source, words):
    """What the grammar sees, a line each: words, numbers and signs; `T` is any text, `N` any name."""
    source = re.sub(r'"""\n.*?"""', '""', source, flags=re.S)
    lines = []
    for line in source.splitlines():
        tokens = re.findall(r'"(?:\\.|[^"\\])*"|`[^`]*`|#.*|[^\W\d]\w*|[\d.,:_-]*\d|\S', line)
        kinds = ["T" if t[0] == '"' else t if t in words or not re.match(r"[^\W\d]|`", t) else "N" for t in tokens if t[0] != "#"]
        if kinds:
            lines.append(kinds)
    return lines


def alike(line, other):
    """A word may be a name in one of the two: behind a dot, as an attribute."""
    return len(line) == len(other) and all(a == b or "N" in (a, b) and (a + b).isalpha() for a, b in zip(line, other))


def check_blocks(pages):
    """Both pages have blocks of the same kinds in the same order."""
    for one, other in itertools.zip_longest(*(list(blocks_of(page)) for page in pages)):
        if one is None or other is None:
            yield f"docs/{pages[0]}.md and docs/{pages[1]}.md have different numbers of blocks"
            return
        if one.info != other.info:
            yield f"{other.place}: a block `{other.info}` where {one.place} has `{one.info}`"
            return
        if one.kind == "diff" and [line[0] for line in one.text.splitlines()] != [line[0] for line in other.text.splitlines()]:
            yield f"{other.place}: another change than {one.place}"


def check_translation(journey, english, chinese):
    words = words_of_chinese()
    for folder in {f.parent for f in english} | {f.parent for f in chinese}:
        run(journey, "fmt", "--words", "zh", str(folder))
    for (one, block), (other, translated) in zip(english.items(), chinese.items()):
        if "in" in block.options and "wrong" in block.options:
            continue
        a, b = (skeleton((f / "block.journey").read_text(encoding="utf-8"), words) for f in (one, other))
        for line, wanted in itertools.zip_longest(b, a, fillvalue=[]):
            if not alike(line, wanted):
                yield f"{translated.place}: {' '.join(line)!r} where {block.place} has {' '.join(wanted)!r}"
                break


def main():
    journey, findings, folders = sys.argv[1], [], {}
    with tempfile.TemporaryDirectory(prefix="journey-manual-") as place:
        for page in PAGES:
            home = pathlib.Path(place, page)
            folders[page] = lay_out(page, home)
            findings += check_sources(journey, folders[page], home)
            findings += check_format(journey, folders[page], home)
            findings += check_tests(journey, folders[page], home)
            findings += check_templates(journey, page, home)
        for page in TUTORIALS:
            folders[page] = lay_out(page, pathlib.Path(place, page))
        for pages in (PAGES, TUTORIALS):
            findings += list(check_blocks(pages)) or check_translation(journey, *(folders[page] for page in pages))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
