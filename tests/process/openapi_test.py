"""The API's description of itself: every route is in it, and what it says is what the server does."""

import json
import pathlib
import re
import sys
import unittest

from journey_process import Case

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lint"))
from tables import rows  # noqa: E402

ROUTES = [(method, path, who, text) for _, method, path, who, _, text in rows("runtime/api/routes.def", "ROUTE")]

CODES = {row[0] for row in rows("include/journey/tbl/errors.def", "ERROR")} | {row[2] for row in rows("runtime/http/statuses.def", "STATUS")}


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        yield from references(child)


class OpenApi(Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.api = self.server.get("/api/openapi.json")

    def operations(self):
        return {(method.upper(), path): operation for path, item in self.api["paths"].items() for method, operation in item.items()}

    def test_every_route_is_described_and_no_other(self):
        self.assertRegex(self.api["openapi"], r"^3\.1\.")
        self.assertEqual(set(self.operations()), {(m, re.sub(r":(\w+)", r"{\1}", p)) for m, p, _, _ in ROUTES})
        ids = [operation["operationId"] for operation in self.operations().values()]
        self.assertEqual(len(ids), len(set(ids)))
        for method, path, who, text in ROUTES:
            with self.subTest(method=method, path=path):
                operation = self.operations()[method, re.sub(r":(\w+)", r"{\1}", path)]
                by_place = {place: [p["name"] for p in operation["parameters"] if p["in"] == place] for place in ("path", "query")}
                self.assertEqual(by_place["path"], re.findall(r":(\w+)", path))
                self.assertLessEqual(set(re.findall(r"\?(\w+)=", text)), set(by_place["query"]))
                self.assertEqual(operation.get("x-role", who).upper(), who)
                self.assertEqual(operation["security"] == [{"token": []}], "x-role" in operation)

    def test_what_it_refers_to_is_there(self):
        for reference in references(self.api):
            at = self.api
            for part in reference.removeprefix("#/").split("/"):
                at = at[part]

    def test_problems_are_as_described(self):
        schema = self.api["components"]["schemas"]["problem"]
        for method, path, status in (("GET", "/nowhere", 404), ("PUT", "/v1/track", 405), ("POST", "/v1/track", 400),
                                     ("GET", "/api/journeys/nobody", 404), ("GET", "/api/deliveries?state=lost", 400)):
            with self.subTest(path):
                answer, headers, text = self.server.request(method, path, "{" if method == "POST" else None)
                problem = json.loads(text)
                self.assertEqual((answer, headers["content-type"]), (status, "application/problem+json"))
                self.assertEqual((problem["status"], problem["type"]), (status, "about:blank"))
                self.assertLessEqual(set(schema["required"]), set(problem))
                self.assertLessEqual(set(problem), set(schema["properties"]))
                self.assertIn(problem["code"], CODES)
                self.assertEqual(problem["request_id"], headers["request-id"])


if __name__ == "__main__":
    unittest.main()
