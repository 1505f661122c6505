"""The operator's page names log events, metrics and options that there are, and says of each alarm what to do."""
import re

import tables
import tree

PAGE = "docs/operations.md"
FAILURES, ALARMS = "What can fail", "Alarms"


def section(text, title):
    """From its headline to the next of the same rank."""
    match = re.search(rf"^## {re.escape(title)}$(.*?)(?=^## |\Z)", text, re.M | re.S)
    return match.group(1) if match else ""


def first_cells(text):
    return [cell for row in re.findall(r"^\| (.*?) \|", text, re.M) for cell in re.findall(r"`([^`]+)`", row)]


def metrics():
    """name → its labels and their values; None: any value."""
    found = {}
    for macro in ("COUNTER", "GAUGE"):
        for _, name, label, values, _ in tables.rows("runtime/measure/metrics.def", macro):
            found[name] = {label: values.split("|")}
    for macro in ("HISTOGRAM", "COUNTERS", "GAUGES", "HISTOGRAMS"):
        for _, name, *labels, _ in tables.rows("runtime/measure/metrics.def", macro):
            found[name] = dict.fromkeys(labels)
    return found


def check_metrics(text):
    known = metrics()
    for name, label, value in re.findall(r'`(journey_\w+)(?:\{(\w+)="(\w+)"\})?', text):
        if name not in known:
            yield f"{PAGE}: there is no metric {name}"
        elif label and (label not in known[name] or known[name][label] is not None and value not in known[name][label]):
            yield f'{PAGE}: {name} has no {label}="{value}"'


def check_events(text):
    events = {name: level for name, level, _ in tables.rows("include/journey/tbl/logs.def", "LOG")}
    watched = section(text, FAILURES) + section(text, ALARMS)
    for name in re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", watched):
        if name not in events:
            yield f"{PAGE}: there is no log event {name}"
    told = first_cells(section(text, ALARMS))
    for name, level in events.items():
        if level in ("WARN", "ERROR") and name not in told:
            yield f"{PAGE}: what to do about {name} is not said under \"{ALARMS}\""


def check_statuses(text):
    """Each status that an error of serving becomes."""
    told = re.findall(r"^\| (\d+) \|", section(text, FAILURES), re.M)
    for name, status in {(row[0], row[1]) for row in tables.rows("include/journey/tbl/errors.def", "ERROR")}:
        if int(status) >= 64 and status not in told:
            yield f"{PAGE}: status {status} ({name}) is not said under \"{FAILURES}\""


def check_options(text):
    options = {"--" + row[1] for row in tables.rows("runtime/app/options.def", "OPTION")}
    options.update("--" + row[2] for row in tables.rows("cli/options.def", "OPTION"))
    for option in sorted(set(re.findall(r"`(--[a-z-]+)", section(text, FAILURES) + section(text, ALARMS)))):
        if option not in options:
            yield f"{PAGE}: there is no option {option}"


def main():
    text = (tree.ROOT / PAGE).read_text(encoding="utf-8")
    tree.finish([*check_metrics(text), *check_events(text), *check_statuses(text), *check_options(text)])


main()
