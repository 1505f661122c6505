"""Puts k mistakes into sound scripts, each in a statement of its own, and counts the errors: there must be k.

Usage: mutation.py MANY [--count N] [--seed S] [--show N]

MANY is the program of many.c. What is changed is chosen from a catalogue of mistakes that people make; a change that
turns out to be no mistake (the script stays sound with it alone) is not counted. Prints the rate, and examples of what
is told more or less than once. Fails under 95%, on a crash, and on a diagnostic without a place.
"""
import argparse
import collections
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LEAST = 0.95
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\d{4}-\d\d-\d\d|\d+:\d\d|\d[\d_.]*%?|[^\W\d]\w*(?:-enter)?|<=|>=|\S')
KEYWORDS = set(re.findall(r'^KEYWORD\(\w+, *"([a-z-]+)"', (ROOT / "compiler/syntax/keywords.def").read_text(encoding="utf-8"), re.M))
UNITS = {"seconds": "secs", "minutes": "mins", "hours": "hrs", "days": "dys", "weeks": "wks", "day": "d", "hour": "h", "minute": "min"}
DECLARES = {"event", "segment", "channel", "message", "source", "journey", "stage", "goal", "split", "topic", "service", "test", "arm",
            "metric", "judge", "alert", "plan", "budget"}
REFERS = {"send", "when", "for", "in", "on", "does", "gets", "take", "of", "ask"}
STRAY = [",", ")", "of", "foo", "42", "=", "then", '"x"', "is"]


def tokens(line):
    """(start, end) of each token in front of a comment."""
    spans = []
    for match in TOKEN.finditer(line):
        if match.group() == "#":
            break
        spans.append(match.span())
    return spans


def misspell(rng, word):
    at = rng.randrange(1, len(word))
    way = rng.randrange(4)
    if way == 0:
        return word[:at] + word[at + 1:]
    if way == 1:
        return word[:at] + word[at] + word[at:]
    if way == 2 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2:]
    return word[:at] + rng.choice("aeiostr") + word[at + 1:]


class Line:
    def __init__(self, text):
        self.text = text
        self.spans = tokens(text)
        self.words = [text[a:b] for a, b in self.spans]

    def put(self, i, new):
        a, b = self.spans[i]
        return self.text[:a] + new + self.text[b:]

    def some(self, rng, wanted):
        found = [i for i, word in enumerate(self.words) if wanted(i, word)]
        return rng.choice(found) if found else None


def keyword_misspelt(line, rng):
    i = line.some(rng, lambda i, w: w in KEYWORDS and len(w) > 3 and (i == 0 or line.words[i - 1] not in {".", "`"})
                  and (i + 1 == len(line.words) or line.words[i + 1] != "="))
    return None if i is None else line.put(i, misspell(rng, line.words[i]))


def name_misspelt(line, rng):
    def refers(i, word):
        before = line.words[i - 1] if i else ""
        return (i > 0 and word.isidentifier() and word not in KEYWORDS and len(word) > 3 and (before in REFERS or before == ".")
                and line.words[0] not in DECLARES - {"goal"})
    i = line.some(rng, refers)
    return None if i is None else line.put(i, misspell(rng, line.words[i]))


def end_missing(line, rng):
    return "" if line.words == ["end"] else None


def then_missing(line, rng):
    return line.text[:line.spans[-1][0]].rstrip() if line.words and line.words[-1] == "then" else None


def colon_missing(line, rng):
    i = line.some(rng, lambda i, w: w == ":" and i == len(line.words) - 1)
    return None if i is None else line.put(i, "")


def quote_missing(line, rng):
    i = line.some(rng, lambda i, w: w[0] == '"' and len(w) > 2 and '"""' not in line.text)
    if i is None:
        return None
    word = line.words[i]
    return line.put(i, word[:-1] if rng.randrange(3) else word[1:])


def type_wrong(line, rng):
    i = line.some(rng, lambda i, w: i > 0 and (w[0].isdigit() or w[0] == '"') and '"""' not in line.text)
    if i is None:
        return None
    word = line.words[i]
    if word[0] == '"':
        return line.put(i, rng.choice(["7", "3 days", "true"]))
    return line.put(i, rng.choice(['"x"', "true"]) if ":" not in word and "-" not in word else '"x"')


def unit_wrong(line, rng):
    i = line.some(rng, lambda i, w: w in UNITS and i > 0 and line.words[i - 1][0].isdigit())
    return None if i is None else line.put(i, UNITS[line.words[i]])


def token_deleted(line, rng):
    if len(line.words) < 2:
        return None
    i = rng.randrange(len(line.words))
    return re.sub(r"(?<=\S)  +", " ", line.put(i, "")) if i else line.put(i, "").replace("  ", " ", 1)


def token_doubled(line, rng):
    if not line.words:
        return None
    i = rng.randrange(len(line.words))
    return line.put(i, line.words[i] + " " + line.words[i])


def token_stray(line, rng):
    if not line.words:
        return None
    i = rng.randrange(len(line.words))
    return line.put(i, line.words[i] + " " + rng.choice(STRAY))


def operator_foreign(line, rng):
    swaps = {"is": "==", "and": "&&", "or": "||", "to": "=", ",": "，", "=": "==", "not": "!"}
    i = line.some(rng, lambda i, w: w in swaps and i > 0)
    return None if i is None else line.put(i, swaps[line.words[i]])


def semicolon(line, rng):
    return line.text[:line.spans[-1][1]] + ";" + line.text[line.spans[-1][1]:] if line.words else None


def capital(line, rng):
    return line.put(0, line.words[0].capitalize()) if line.words and line.words[0] in KEYWORDS else None


CATALOGUE = [keyword_misspelt, keyword_misspelt, name_misspelt, name_misspelt, end_missing, then_missing, colon_missing, quote_missing,
             type_wrong, unit_wrong, token_deleted, token_doubled, token_stray, operator_foreign, semicolon, capital]


class Workspace:
    def __init__(self, paths):
        self.files = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8").split("\n") for p in paths}
        self.places = [(path, i) for path, lines in self.files.items() for i in self.statements(lines)]

    @staticmethod
    def all():
        """Each folder that declares a `workspace` is one, as for the commands."""
        homes = collections.defaultdict(list)
        for folder in (ROOT / "journeys", ROOT / "tests" / "lang" / "behaviour"):
            paths = sorted(folder.rglob("*.journey"))
            declaring = {p.parent for p in paths if re.search("^workspace\\b", p.read_text(encoding="utf-8"), re.M)}
            for path in paths:
                home = next((p for p in path.parents if p in declaring), None)
                if home is not None:  # else its words are Chinese, and the catalogue's are not
                    homes[home].append(path)
        return [Workspace(paths) for paths in homes.values()]

    @staticmethod
    def statements(lines):
        """Lines that are statements: nothing of a block text, no comment, nothing empty."""
        block = False
        for i, line in enumerate(lines):
            quotes = line.count('"""')
            if not block and quotes == 0 and line.strip() and not line.lstrip().startswith("#"):
                yield i
            block ^= quotes % 2 == 1


class Many:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def errors(self, workspace, changes):
        files = {}
        for path, lines in workspace.files.items():
            text = "\n".join(changes.get((path, i), line) for i, line in enumerate(lines)) if any(p == path for p, _ in changes) else None
            files[path] = (text if text is not None else "\n".join(lines)).encode()
        self.process.stdin.write(f"{len(files)}\n".encode() + b"".join(f"{p} {len(t)}\n".encode() + t for p, t in files.items()))
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer:
            raise SystemExit(f"the compiler fell over: {changes}")
        return int(answer[0]), [word.decode() for word in answer[1:]]


def one_mistake(rng, many, workspace, taken):
    """((path, line), new text, name): a change that is a mistake by itself."""
    while True:
        place = rng.choice(workspace.places)
        path, i = place
        if any(path == p and abs(i - j) < 2 for p, j in taken):
            continue
        way = rng.choice(CATALOGUE)
        line = Line(workspace.files[path][i])
        new = way(line, rng)
        if new is None or new == line.text:
            continue
        if many.errors(workspace, {place: new})[0] > 0:
            return place, new, way.__name__


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("many")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=12)
    args = parser.parse_args()
    rng, many = random.Random(args.seed), Many(args.many)
    workspaces = Workspace.all()
    for workspace in workspaces:
        assert many.errors(workspace, {}) == (0, []), workspace.files.keys()
    right, unplaced, wrong = 0, 0, []
    blamed, used = collections.Counter(), collections.Counter()
    for n in range(args.count):
        workspace, k, changes, names = rng.choice(workspaces), n % 4 + 1, {}, []
        for _ in range(k):
            place, new, name = one_mistake(rng, many, workspace, changes)
            changes[place] = new
            names.append(name)
        found, places = many.errors(workspace, changes)
        unplaced += sum(":0:" in p for p in places)
        used.update(names)
        if found == k:
            right += 1
        else:
            wrong.append((k, found, names, changes, places))
            if k == 1:
                blamed.update(names)
    for k, found, names, changes, places in sorted(wrong, key=lambda w: w[0])[:args.show]:
        print(f"{k} mistakes, {found} errors: {' '.join(places)}")
        for (path, i), new in changes.items():
            print(f"  {path}:{i + 1}: {new.strip()!r}")
    print("told wrongly when alone:", dict(blamed.most_common()))
    rate = right / args.count
    print(f"{right} of {args.count} told exactly ({rate:.1%}), at least {LEAST:.0%} wanted; {unplaced} without a place")
    return 0 if rate >= LEAST and unplaced == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
