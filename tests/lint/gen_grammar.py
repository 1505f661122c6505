"""The grammar as EBNF, read from the rules that bison reads and the tables of words; a part of the language's manual."""
import re
import textwrap

import tree
from tables import rows

GRAMMAR = "compiler/syntax/grammar.y"
SIGNS = {"TEXT_LITERAL": "TEXT"}  # tokens that are written otherwise than they are called
MISTAKES = ("jc_undecided(", "jc_parser_report(")  # alternatives that exist to be told what is wrong


def words(language):
    """Token → as it is shown, and pairs of tokens → phrase, in one set of words."""
    one, two = {}, {}
    for token, english, chinese, _ in rows("compiler/syntax/keywords.def", "KEYWORD"):
        one[token] = f"'{chinese if language == 'zh' and chinese else english}'"
    for english, chinese, first, second in rows("compiler/syntax/keywords.def", "PHRASE"):
        word = chinese if language == "zh" else english
        if second == "0":
            one[first] = f"'{word}'"
        else:
            two[first, second] = word
    for match in re.finditer(r'(\w+) "([^"]+)"', (tree.ROOT / GRAMMAR).read_text(encoding="utf-8").split("%%")[0]):
        token, said = match.groups()
        kind = said.split()[0] in ("a", "an", "the")  # no word of the language: it stands for many
        one.setdefault(token, SIGNS.get(token, token) if kind else f"'{said}'")
    return one, two


def skip_braces(text, at):
    """The place behind a C block that begins at `at`."""
    depth, quote = 0, ""
    while at < len(text):
        c = text[at]
        if quote:
            if c == "\\":
                at += 1
            elif c == quote:
                quote = ""
        elif c in "\"'":
            quote = c
        elif c == "{":
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    raise ValueError("a block of C has no end")


def alternatives():
    """Rule → its alternatives, each a list of symbols; what is only there to explain mistakes is left out."""
    text = re.sub(r"/\*.*?\*/", "", (tree.ROOT / GRAMMAR).read_text(encoding="utf-8").split("\n%%\n")[1], flags=re.S)
    rules, rule, symbols, action, at = {}, None, [], "", 0

    def close():
        mistaken = "error" in symbols or "WHERE_GROUP" in symbols or any(mark in action for mark in MISTAKES)
        if rule is not None and not mistaken:
            rules[rule].append(symbols)

    token = re.compile(r"\s+|'.'|%prec\s+\w+|%empty|\w+(\s*:)?|\||\{")
    while at < len(text):
        match = token.match(text, at)
        word = match.group()
        at = match.end()
        if word == "{":
            end = skip_braces(text, match.start())
            action += text[match.start():end]
            at = end
        elif word == "|" or word.endswith(":"):
            close()
            symbols, action = [], ""
            if word != "|":
                rule = word.rstrip(": \n")
                rules[rule] = []
        elif not word.isspace() and not word.startswith("%"):
            symbols.append("','" if word == "LIST_COMMA" else word)
    close()
    return {name: lines for name, lines in rules.items() if lines}


def repeated(name, lines):
    """`xs: %empty | xs x` is x*, `xs: x | xs ',' x` is x (',' x)*; anything else stays."""
    step = []
    for line in lines:
        if line and line[0] == name and line[1:] not in step:
            step.append(line[1:])
    first = [line for line in lines if not line or line[0] != name]
    if not step:
        return None
    more = ["("] + either(step) + [")*"] if len(step) > 1 or len(step[0]) > 1 else step[0] + ["*"]
    if first == [[]]:
        return more
    return (["("] + either(first) + [")"] if len(first) > 1 else first[0]) + more


def either(lines):
    out = []
    for line in lines:
        out += (["|"] if out else []) + line
    return out


def optional(lines):
    if not lines:
        return []
    return lines[0] + ["?"] if len(lines) == 1 and len(lines[0]) == 1 else ["("] + either(lines) + [")?"]


def simplified(rules):
    """Rule → symbols of its right side; rules that are no more than an option or a repetition of another stand in place."""
    done, inline = {}, {}
    for name, lines in rules.items():
        again = repeated(name, lines) if name not in ("expr", "days") else None
        rest = [line for line in lines if line]
        if again is not None:
            inline[name] = again
        elif len(rest) < len(lines):
            inline[name] = optional(rest)
        elif len(lines) == 1 and len(lines[0]) == 1 and name != "file":
            inline[name] = lines[0]
        else:
            done[name] = [list(line) for line in lines]
    return done, inline


def expand(symbols, inline):
    out = []
    for symbol in symbols:
        if symbol in inline:
            inner = expand(inline[symbol], inline)
            out += ["("] + inner + [")"] if "|" in inner and not (inner[0] == "(" and inner[-1] in (")?", ")*")) and len(symbols) > 1 else inner
        else:
            out.append(symbol)
    return out


def written(symbols, one, two):
    """Symbols as text: words of the language in quotes, two tokens that are one phrase as the phrase."""
    out, at = [], 0
    while at < len(symbols):
        pair = tuple(symbols[at:at + 2])
        symbol = symbols[at]
        if pair in two:
            out.append(f"'{two[pair]}'")
            at += 2
            continue
        out.append(one.get(symbol, symbol) if symbol.isupper() else symbol)
        at += 1
    text = " ".join(out)
    return re.sub(r"\( ", "(", re.sub(r" (\)[?*]?|[?*](?= |$))", r"\1", text))


def lines_of(name, right, width=118):
    """`name ::= a | b`: on one line where it fits, single words in a row, else an alternative a line."""
    line = f"{name} ::= " + " | ".join(right)
    if len(right) < 5 and len(line) <= width or all(len(r) < 14 for r in right):
        return textwrap.wrap(line, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    out = []
    for i, r in enumerate(right):
        out += textwrap.wrap((f"{name} ::= " if i == 0 else "  | ") + r, width, subsequent_indent="      ", break_long_words=False,
                             break_on_hyphens=False)
    return out


def ebnf(language):
    """The whole grammar with the words of one set."""
    one, two = words(language)
    done, inline = simplified(alternatives())
    out = []
    for name, lines in done.items():
        right = [written(expand(line, inline), one, two) or "nothing" for line in lines]
        out += lines_of(name, right)
    return "\n".join(out)


def fenced(language):
    return "```ebnf\n" + ebnf(language) + "\n```"


def words_table():
    """Every word in both sets; a soft one is also a name where a name is expected."""
    lines = ["| English | 中文 | |", "| --- | --- | --- |"]
    for _, english, chinese, soft in rows("compiler/syntax/keywords.def", "KEYWORD"):
        lines.append(f"| `{english}` | {'`' + chinese + '`' if chinese else ''} | {'·' if soft == '1' else ''} |")
    for english, chinese, _, _ in rows("compiler/syntax/keywords.def", "PHRASE"):
        lines.append(f"| `{english}` | `{chinese}` | |")
    for table, macro in (("units", "UNIT"), ("builtins", "BUILTIN")):
        for english, chinese, *_ in rows(f"compiler/syntax/{table}.def", macro):
            lines.append(f"| `{english}` | `{chinese}` | · |")
    return "\n".join(lines)


# Bounds: (where, name, what it bounds, the same in Chinese). Their values are read from the code.
BOUNDS = [
    ("compiler/syntax/limits.def", "FILE_BYTES", "bytes of a file", "一个文件的字节数"),
    ("compiler/syntax/limits.def", "TOKEN_BYTES", "bytes of a text", "一段文本的字节数"),
    ("compiler/syntax/limits.def", "NAME_LETTERS", "characters of a name", "名称的字符数"),
    ("compiler/syntax/limits.def", "DEPTH", "levels of blocks and parentheses within one another", "块与括号的嵌套层数"),
    ("compiler/syntax/limits.def", "ROWS", "rows of a test's table", "一张测试表的行数"),
    ("compiler/syntax/limits.def", "NODES", "parts of a file: names, literals, operators, lines", "一个文件的组成部分：名称、字面量、运算符、行"),
    ("compiler/expr/expr.c", "LIST_MAX", "values of a list", "一个列表的值的个数"),
    ("compiler/lower/policy.c", "CAPS_MAX", "caps of a workspace, a journey or a channel", "工作区、旅程或渠道各自的上限条数"),
    ("include/journey/program.h", "JN_CAP_MAX", "messages of one cap", "一条上限的消息数"),
    ("compiler/lower/policy.c", "RATE_MAX", "messages per second or minute of a rate", "速率：每秒或每分钟的消息数"),
    ("compiler/lower/policy.c", "PRIORITY_MAX", "largest priority", "优先级的最大值"),
    ("compiler/lower/policy.c", "KEEP_DAYS_MAX", "days for which events are kept", "事件记录保留的天数"),
    ("compiler/stmt/repeat.c", "REPEAT_MAX", "rounds of a repeat", "重复的次数"),
    ("compiler/syntax/limits.def", "GIVEN", "values that a send, an ask or an emit gives", "一次发送、询问或发出所带的值的个数"),
    ("runtime/engine/turn.h", "ENGINE_STEPS_MAX", "steps that a run takes at one instant; then it is stopped as failed", "一次运行在同一时刻经过的步骤数；超过则以失败停止"),
    ("runtime/engine/turn.h", "ENGINE_EVENT_MAX", "bytes of an event's properties", "一个事件的属性总字节数"),
    ("runtime/engine/turn.h", "ENGINE_MESSAGE_MAX", "bytes of a rendered message", "一条渲染后消息的字节数"),
    ("runtime/engine/turn.h", "ENGINE_LOOKBACK_MAX", "stored events that a wait looks back over", "一次等候向前查看的已存事件数"),
    ("runtime/engine/history/history.h", "HISTORY_MAX", "newest events of a customer that conditions on the past see", "关于过去的条件能看到的某客户最新事件数"),
    ("runtime/engine/customer.h", "ENGINE_ATTRS_MAX", "attributes kept of a customer", "一个客户保存的属性数"),
    ("runtime/engine/customer.h", "ENGINE_TAGS_MAX", "tags of a customer", "一个客户的标签数"),
    ("runtime/engine/customer.h", "ENGINE_RUNS_MAX", "runs of a customer at a time", "一个客户同时进行的运行数"),
    ("include/journey/program.h", "JN_GOALS_MAX", "goals of a journey", "一个旅程的目标数"),
    ("base/liquid/liquid.h", "JN_LIQUID_DEPTH_MAX", "blocks of a template within one another", "模板中块的嵌套层数"),
    ("base/liquid/liquid.h", "JN_LIQUID_WORK_MAX", "parts of a template carried out in one rendering", "一次渲染执行的模板节点数"),
    ("base/liquid/liquid.h", "JN_LIQUID_MEMORY_MAX", "bytes of memory that one rendering takes", "一次渲染占用的内存字节数"),
    ("base/liquid/liquid.h", "JN_LIQUID_OUTPUT_MAX", "bytes that a template writes", "模板输出的字节数"),
]


def value_of(path, name):
    """A LIMIT row or a #define: products and shifts of plain numbers."""
    text = (tree.ROOT / path).read_text(encoding="utf-8")
    match = re.search(rf"^LIMIT\({name},\s*([0-9]+)|^#define {name}\s+([^/\n]+)", text, re.M)
    written = (match.group(1) or match.group(2)).strip().strip("()").replace("u", "")
    value = 1
    for i, part in enumerate(re.split(r"\s*(?:\*|<<)\s*", written)):
        value = value << int(part) if i > 0 and "<<" in written else value * int(part)
    return f"{value:,}"


def limits(language):
    head = "| bound | of |" if language == "en" else "| 上限 | 对象 |"
    return "\n".join([head, "| ---: | --- |"] + [f"| {value_of(path, name)} | {en if language == 'en' else zh} |"
                                                  for path, name, en, zh in BOUNDS])
