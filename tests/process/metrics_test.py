"""What /metrics tells of a server that has worked, read as strictly as any scraper reads it."""

import re
import time
import unittest

from journey_process import DEADLINE, Case

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\+Inf|-?[0-9][0-9.e+-]*)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')

STARTER = {  # name → (kind, labels): what dashboards are made from
    "journey_events_ingested_total": ("counter", {"source", "type"}),
    "journey_events_quarantined_total": ("counter", {"reason"}),
    "journey_events_duplicate_total": ("counter", set()),
    "journey_ingest_commit_seconds": ("histogram", {"le"}),
    "journey_journey_active": ("gauge", {"journey"}),
    "journey_journey_steps_total": ("counter", {"journey", "op"}),
    "journey_timers_pending": ("gauge", set()),
    "journey_timer_lag_seconds": ("histogram", {"le"}),
    "journey_messages_total": ("counter", {"channel", "outcome"}),
    "journey_delivery_duration_seconds": ("histogram", {"channel", "le"}),
    "journey_delivery_queue": ("gauge", set()),
    "journey_store_bytes": ("gauge", set()),
    "journey_wal_bytes": ("gauge", set()),
    "journey_loop_lag_seconds": ("histogram", {"le"}),
    "journey_http_requests_total": ("counter", {"route", "code"}),
    "journey_build_info": ("gauge", {"version"}),
    "process_cpu_seconds_total": ("counter", set()),
    "process_resident_memory_bytes": ("gauge", set()),
    "process_open_fds": ("gauge", set()),
    "process_start_time_seconds": ("gauge", set()),
}


def read(text):
    """name → (kind, {(labels, …): value}); fails on whatever the text format 0.0.4 does not allow."""
    kinds, found, current = {}, {}, None
    assert text.endswith("\n"), "the last line has no end"
    for line in text[:-1].split("\n"):
        if line.startswith("# HELP "):
            current = line.split(" ")[2]
            assert current not in kinds, f"{current} is told of twice"
            kinds[current], found[current] = None, {}
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == current and kinds[name] is None, line
            kinds[name] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            base = re.sub(r"_(bucket|sum|count)$", "", match.group(1)) if kinds[current] == "histogram" else match.group(1)
            assert base == current, f"{line} stands behind {current}"
            key = (match.group(1), frozenset(LABEL.findall(match.group(2) or "")))
            assert key not in found[current], f"{line} is there twice"
            found[current][key] = float(match.group(3))
    return {name: (kinds[name], samples) for name, samples in found.items()}


class Metrics(Case):
    def figures(self, server):
        status, headers, body = server.request("GET", "/metrics")
        self.assertEqual((status, headers["content-type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        return read(body.decode())

    def value(self, figures, name, **labels):
        return figures[re.sub(r"_(bucket|sum|count)$", "", name) if name not in figures else name][1].get(
            (name, frozenset(labels.items())), 0)

    def until(self, server, name, value, **labels):
        """The figures, once one of them has come to that."""
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            figures = self.figures(server)
            if self.value(figures, name, **labels) == value:
                return figures
        self.fail(f"{name} {labels} is not {value} but {self.value(figures, name, **labels)}")

    def test_a_day_of_a_server(self):
        server = self.serve()
        for name in ("greet", "patient", "resting", "bought"):
            self.until(server, "journey_journey_active", 0, journey=name)
        server.identify("ann", email="ann@example.com")
        server.track("ann", "signup", messageId="m-1", properties={"plan": "pro"})
        server.track("ann", "signup", messageId="m-1", properties={"plan": "pro"})
        server.track("ann", "signup", messageId="m-1", properties={"plan": "other"})
        server.track("ann", "purchase", properties={"order_id": "1"})
        server.post("/v1/batch", {"batch": [{"type": "nothing"}, {"type": "track", "userId": "ann", "event": "rest"}]})
        server.track("ann", "pause_first")
        self.assertEqual(server.request("GET", "/nowhere")[0], 404)
        self.receiver.next()
        self.receiver.next()
        figures = self.until(server, "journey_messages_total", 2, channel="email", outcome="accepted")
        figures = self.until(server, "journey_journey_steps_total", 1, journey="patient", op="send")
        for name, value, labels in (("journey_events_ingested_total", 3, {"source": "track", "type": "track"}),
                                    ("journey_events_ingested_total", 1, {"source": "track", "type": "identify"}),
                                    ("journey_events_duplicate_total", 2, {}),
                                    ("journey_events_quarantined_total", 1, {"reason": "conflict"}),
                                    ("journey_events_quarantined_total", 1, {"reason": "malformed"}),
                                    ("journey_events_quarantined_total", 1, {"reason": "mismatch"}),
                                    ("journey_journey_steps_total", 1, {"journey": "greet", "op": "send"}),
                                    ("journey_timer_lag_seconds_count", 1, {}),
                                    ("journey_delivery_duration_seconds_count", 2, {"channel": "email"}),
                                    ("journey_http_requests_total", 7, {"route": "POST /v1/:call", "code": "200"}),
                                    ("journey_http_requests_total", 1, {"route": "", "code": "404"})):
            with self.subTest(name, **labels):
                self.assertEqual(self.value(figures, name, **labels), value)
        self.until(server, "journey_journey_active", 1, journey="resting")
        figures = self.until(server, "journey_timers_pending", 1)
        for name, (kind, labels) in STARTER.items():
            with self.subTest(name):
                self.assertEqual(figures[name][0], kind)
                samples = [key for key in figures[name][1] if not key[0].endswith(("_sum", "_count"))]
                self.assertTrue(samples)
                self.assertEqual({label for label, _ in samples[0][1]}, labels)

    def test_histograms_add_up(self):
        server = self.serve()
        server.track("ann", "signup")
        for name, (kind, samples) in self.figures(server).items():
            if kind != "histogram":
                continue
            rows = {}
            for (sample, labels), value in samples.items():
                rest = frozenset(pair for pair in labels if pair[0] != "le")
                if sample.endswith("_bucket"):
                    rows.setdefault(rest, []).append((float(dict(labels)["le"]), value))
            for rest, buckets in rows.items():
                with self.subTest(name):
                    self.assertEqual(buckets, sorted(buckets))
                    self.assertEqual(buckets[-1], (float("inf"), samples[(name + "_count", rest)]))


if __name__ == "__main__":
    unittest.main()
